import fc from 'fast-check';
import { dueTimes } from '../../../apps/cli/replay/schedule';

const minute = 60_000;
const at = (value: number | null): { at: number | null; span: number } => ({
  at: value,
  span: value === null ? 0 : minute,
});

test('lines of one minute are spread over it; those without a time belong to the line before', () => {
  const lines = [at(0), at(0), at(null), at(0), at(2 * minute)];
  expect(dueTimes(lines, 1)).toEqual([0, 15_000, 30_000, 45_000, 120_000]);
  expect(dueTimes(lines, 60)).toEqual([0, 250, 500, 750, 2000]);
});

test('lines before the first timestamp are due at once', () => {
  expect(dueTimes([at(null), at(5 * minute), at(6 * minute)], 1)).toEqual([0, 0, minute]);
});

test('at full speed everything is due at once', () => {
  expect(dueTimes([at(0), at(minute)], 'max')).toEqual([0, 0]);
});

test('due times never decrease, whatever the log says', () => {
  const line = fc.record({
    at: fc.option(fc.integer({ min: -1e12, max: 1e12 })),
    span: fc.constantFrom(0, 1000, minute),
  });
  fc.assert(
    fc.property(fc.array(line), fc.double({ min: 0.1, max: 1e6, noNaN: true }), (lines, speed) => {
      const due = dueTimes(lines, speed);
      expect(due).toHaveLength(lines.length);
      expect(due).toEqual([...due].sort((a, b) => a - b));
      expect(due.every((time) => time >= 0)).toBe(true);
    }),
  );
});
