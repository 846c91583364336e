import type { ResolvedQuietHours } from '../contracts/triggers/policy';

const minuteMs = 60_000;
const dayMinutes = 24 * 60;
/** Quiet hours that begin on some days only end within a week. */
const longestDays = 9;

/** Whether nothing fires at this moment. @param at in milliseconds since 1970. */
export function isQuiet(quietHours: ResolvedQuietHours, at: number): boolean {
  const minutes = localMinutes(quietHours, at);
  const day = Math.floor(minutes / dayMinutes);
  const minute = minutes - day * dayMinutes;
  const from = minuteOf(quietHours.from);
  const to = minuteOf(quietHours.to);
  if (from < to) return minute >= from && minute < to && beginsOn(quietHours, day);
  return (minute >= from && beginsOn(quietHours, day)) || (minute < to && beginsOn(quietHours, day - 1));
}

/** The first moment, from `at` on, that is not quiet; null: there is none. In milliseconds since 1970. */
export function quietUntil(quietHours: ResolvedQuietHours, at: number): number | null {
  const limit = at + longestDays * dayMinutes * minuteMs;
  let time = at;
  while (isQuiet(quietHours, time)) {
    if (time > limit) return null;
    time = nextBoundary(quietHours, time);
  }
  return time;
}

/** When the clock next shows the end of the quiet hours, or is changed. */
function nextBoundary(quietHours: ResolvedQuietHours, at: number): number {
  const minutes = localMinutes(quietHours, at);
  const today = Math.floor(minutes / dayMinutes) * dayMinutes + minuteOf(quietHours.to);
  const end = today > minutes ? today : today + dayMinutes;
  const next = (Math.floor(at / minuteMs) + (end - Math.floor(minutes))) * minuteMs;
  const change = quietHours.offsets.find((offset) => offset.at > at);
  return change && change.at < next ? change.at : next;
}

/** What the clock of the time zone shows, in minutes since 1970. */
function localMinutes({ offsets }: ResolvedQuietHours, at: number): number {
  let minutes = offsets[0]?.minutes ?? 0;
  for (const offset of offsets) {
    if (offset.at > at) break;
    minutes = offset.minutes;
  }
  return at / minuteMs + minutes;
}

/** @param day in days since 1970, which began on a Thursday. */
const beginsOn = ({ days }: ResolvedQuietHours, day: number): boolean =>
  days === undefined || days.includes(((((day + 3) % 7) + 7) % 7) + 1);

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
