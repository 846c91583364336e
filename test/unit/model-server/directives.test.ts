import { readDirectives, stripDirectives } from '../../../apps/model-server/directives';

describe('directives', () => {
  test('every kind is read, several from one message', () => {
    expect(
      readDirectives(
        'Ann: [[reply: all good]] [[complete]] [[mention: Sam]] [[mention: Dr. Ada]] [[fault: 429 retry-after=2]] [[fault: malformed]]',
      ),
    ).toEqual({
      reply: 'all good',
      tokens: undefined,
      complete: true,
      mentions: ['Sam', 'Dr. Ada'],
      faults: ['429 retry-after=2', 'malformed'],
    });
    expect(readDirectives('[[tokens: 12]]').tokens).toBe(12);
  });

  test('a reply keeps its lines and single brackets', () => {
    expect(readDirectives('[[reply: one [1]\ntwo]]').reply).toBe('one [1]\ntwo');
  });

  test('other double brackets are text', () => {
    expect(readDirectives('see [[Photosynthesis]]')).toEqual(readDirectives('nothing'));
    expect(stripDirectives('see [[Photosynthesis]] [[complete]]')).toBe('see [[Photosynthesis]]');
  });

  test.each(['[[tokens: many]]', '[[tokens: 0]]', '[[tokens: 50001]]', '[[tokens]]'])(
    '%s is refused',
    (text) => {
      expect(() => readDirectives(text)).toThrow('whole number');
    },
  );
});
