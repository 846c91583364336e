import { createFaultBook, headerFaults } from '../../../apps/model-server/faults';

const whole = { refuse: undefined, delayMs: 0, tokenDelayMs: undefined, ending: 'whole' };

describe('faults', () => {
  test('several specs make one plan', () => {
    const plan = createFaultBook().plan(
      ['slow ms=30', 'token-delay ms=5', 'cut-off', '429 retry-after=1.5'],
      'one',
    );
    expect(plan).toEqual({
      delayMs: 30,
      tokenDelayMs: 5,
      ending: 'cut-off',
      refuse: { status: 429, retryAfter: '1.5' },
    });
  });

  test('times=N counts per fingerprint and per spec, until it is reset', () => {
    const book = createFaultBook();
    const refusals = (fingerprint: string): boolean =>
      book.plan(['500 times=2'], fingerprint).refuse !== undefined;
    expect([refusals('a'), refusals('a'), refusals('a'), refusals('b')]).toEqual([true, true, false, true]);
    expect(book.plan(['malformed times=1'], 'a').ending).toBe('malformed');
    book.reset();
    expect(refusals('a')).toBe(true);
  });

  test('without times a fault stays', () => {
    const book = createFaultBook();
    expect(Array.from({ length: 3 }, () => book.plan(['503'], 'x').refuse?.status)).toEqual([503, 503, 503]);
    expect(book.plan([], 'x')).toEqual(whole);
  });

  test.each([
    'explode',
    '200',
    'slow',
    'slow ms=x',
    'slow ms=',
    'slow ms=-1',
    '500 retry=1',
    '500 times=0',
    'cut-off now',
  ])('"%s" is refused with a reason', (spec) =>
    expect(() => createFaultBook().plan([spec], 'x')).toThrow(`Fault "${spec}"`),
  );

  test('the header holds specs separated by commas', () => {
    expect(headerFaults('slow ms=5, 500 times=1,')).toEqual(['slow ms=5', '500 times=1']);
    expect(headerFaults(undefined)).toEqual([]);
  });
});
