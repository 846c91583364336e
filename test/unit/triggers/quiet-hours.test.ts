import type { ResolvedQuietHours } from '../../../workflows/contracts/triggers/policy';
import { isQuiet, quietUntil } from '../../../workflows/triggers/quiet-hours';

const utc = [{ at: 0, minutes: 0 }];
/** Summer time of 2026 in Berlin. */
const berlin = [
  { at: 0, minutes: 60 },
  { at: Date.parse('2026-03-29T01:00:00Z'), minutes: 120 },
  { at: Date.parse('2026-10-25T01:00:00Z'), minutes: 60 },
];
const hours = (from: string, to: string, more: Partial<ResolvedQuietHours> = {}): ResolvedQuietHours => ({
  ...{ from, to, timeZone: 'UTC', offsets: utc },
  ...more,
});
const quiet = (quietHours: ResolvedQuietHours, time: string) => isQuiet(quietHours, Date.parse(time));
const until = (quietHours: ResolvedQuietHours, time: string): string | null => {
  const end = quietUntil(quietHours, Date.parse(time));
  return end === null ? null : new Date(end).toISOString();
};

test('the first minute is quiet, the last is not', () => {
  const lunch = hours('12:00', '13:00');
  expect(quiet(lunch, '2026-06-01T11:59:59.999Z')).toBe(false);
  expect(quiet(lunch, '2026-06-01T12:00:00Z')).toBe(true);
  expect(quiet(lunch, '2026-06-01T12:59:59.999Z')).toBe(true);
  expect(quiet(lunch, '2026-06-01T13:00:00Z')).toBe(false);
  expect(until(lunch, '2026-06-01T12:30:00Z')).toBe('2026-06-01T13:00:00.000Z');
  expect(until(lunch, '2026-06-01T14:00:00Z')).toBe('2026-06-01T14:00:00.000Z');
});

test('over midnight they belong to the day on which they begin', () => {
  // 2026-06-05 is a Friday.
  const weekends = hours('22:00', '07:00', { days: [5, 6] });
  expect(quiet(weekends, '2026-06-05T06:59:00Z')).toBe(false);
  expect(quiet(weekends, '2026-06-05T22:00:00Z')).toBe(true);
  expect(quiet(weekends, '2026-06-06T06:59:00Z')).toBe(true);
  expect(quiet(weekends, '2026-06-06T07:00:00Z')).toBe(false);
  expect(quiet(weekends, '2026-06-07T06:59:00Z')).toBe(true);
  expect(quiet(weekends, '2026-06-07T22:00:00Z')).toBe(false);
  expect(until(weekends, '2026-06-05T23:00:00Z')).toBe('2026-06-06T07:00:00.000Z');
  expect(until(weekends, '2026-06-06T03:00:00Z')).toBe('2026-06-06T07:00:00.000Z');
});

test('the same time twice is the whole day from then on', () => {
  const sunday = hours('00:00', '00:00', { days: [7] });
  expect(quiet(sunday, '2026-06-06T23:59:00Z')).toBe(false);
  expect(quiet(sunday, '2026-06-07T00:00:00Z')).toBe(true);
  expect(quiet(sunday, '2026-06-07T23:59:00Z')).toBe(true);
  expect(quiet(sunday, '2026-06-08T00:00:00Z')).toBe(false);
  expect(until(sunday, '2026-06-07T10:00:00Z')).toBe('2026-06-08T00:00:00.000Z');
  expect(until(hours('08:00', '08:00'), '2026-06-07T10:00:00Z')).toBeNull();
});

test('they follow the clock of the time zone when it changes', () => {
  const nights = hours('22:00', '07:00', { timeZone: 'Europe/Berlin', offsets: berlin });
  // The night in which the clock goes forward ends an hour sooner, the other one an hour later.
  expect(until(nights, '2026-03-28T21:00:00Z')).toBe('2026-03-29T05:00:00.000Z');
  expect(until(nights, '2026-03-27T21:00:00Z')).toBe('2026-03-28T06:00:00.000Z');
  expect(until(nights, '2026-10-24T20:00:00Z')).toBe('2026-10-25T06:00:00.000Z');
  expect(quiet(nights, '2026-03-29T05:30:00Z')).toBe(false);
  expect(quiet(nights, '2026-10-25T05:30:00Z')).toBe(true);
});

test('an hour that the clock shows twice is quiet twice, one that it leaves out never comes', () => {
  const early = hours('02:00', '03:00', { timeZone: 'Europe/Berlin', offsets: berlin });
  expect(quiet(early, '2026-10-25T00:30:00Z')).toBe(true);
  expect(quiet(early, '2026-10-25T01:30:00Z')).toBe(true);
  expect(until(early, '2026-10-25T00:30:00Z')).toBe('2026-10-25T02:00:00.000Z');
  expect(quiet(early, '2026-03-29T00:59:00Z')).toBe(false);
  expect(quiet(early, '2026-03-29T01:00:00Z')).toBe(false);
});

test('before the first change that is known, its offset holds', () => {
  expect(
    quiet(hours('01:00', '02:00', { offsets: [{ at: 1e12, minutes: 60 }] }), '1990-01-01T00:30:00Z'),
  ).toBe(true);
});
