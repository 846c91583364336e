import fc from 'fast-check';
import { findSum, formatNumber } from '../../../apps/model-server/arithmetic';
import { evaluate } from '../../../infra/arithmetic/evaluate';

describe('sums in messages', () => {
  test.each([
    ['What is 12 * (3+4)?', 84],
    ['calculate 2 + 2 * 2', 6],
    ['@Ada 7 times 6?', 42],
    ['What is 15% of 80?', 12],
    ["what's 1,000 divided by 8", 125],
    ['How much is 3 squared plus 4 squared?', 25],
    ['2^3^2', 512],
    ['-2^2 =', -4],
    ['10 % 4', 2],
    ['What is 0.1 + 0.2?', 0.3],
    ['work out 6 × 7 please', 42],
  ])('%s', (text, expected) => {
    const sum = findSum(text);
    expect(Number(formatNumber(sum?.value ?? NaN))).toBe(expected);
  });

  test.each([
    'it was on 2024-01-02',
    '2024-01-02',
    'we are open 24/7',
    'pages 3-4 for tomorrow',
    'Ada is 12',
    'I have 2 + more',
    '',
  ])('figures that ask for nothing are left alone: %s', (text) => expect(findSum(text)).toBeUndefined());

  test('a division by zero has no value', () => {
    expect(findSum('what is 1 / 0')).toEqual({ expression: '1 / 0', value: undefined });
  });

  test.each(['1 +', '(1', '1)', '2 3', '', 'process.exit()', 'a+1'])('%p is no expression', (text) => {
    expect(evaluate(text)).toBeUndefined();
  });

  test('deep nesting is refused instead of exhausting the stack', () => {
    expect(evaluate(`${'('.repeat(100_000)}1${')'.repeat(100_000)}`)).toBeUndefined();
  });

  test('any sum of whole numbers comes out as JavaScript has it', () => {
    const number = fc.integer({ min: 0, max: 999 });
    const operator = fc.constantFrom('+', '-', '*');
    fc.assert(
      fc.property(
        number,
        fc.array(fc.tuple(operator, number), { minLength: 1, maxLength: 6 }),
        (first, rest) => {
          const expression = [first, ...rest.flat()].join(' ');
          const products = expression.split(/ (?=[+-] )/).map((term) => {
            const sign = term.startsWith('- ') ? -1 : 1;
            return (
              sign *
              term
                .replace(/^[+-] /, '')
                .split(' * ')
                .reduce((product, factor) => product * Number(factor), 1)
            );
          });
          expect(evaluate(expression)?.value).toBe(products.reduce((sum, product) => sum + product, 0));
        },
      ),
    );
  });
});
