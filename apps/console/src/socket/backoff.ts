const firstMs = 300;
const longestMs = 15_000;

/**
 * How long to wait before an attempt, in milliseconds: doubling, at most 15 s, and at least half of it by chance, so
 * that clients do not all come back at the same moment.
 * @param attempt 0 for the first. @param random from 0 to 1.
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 20));
  return Math.round(full / 2 + (full / 2) * random);
}
