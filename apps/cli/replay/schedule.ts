import type { LogLine } from './log-line';

/** How fast a log is played: so many times as fast as it happened, or as fast as the room takes it. */
export type Speed = number | 'max';

/**
 * When each line is due, in milliseconds after the first, never decreasing. Lines with the same timestamp are spread
 * evenly over the time it stands for; a line without one belongs to the line before it.
 */
export function dueTimes(lines: readonly Pick<LogLine, 'at' | 'span'>[], speed: Speed): number[] {
  if (speed === 'max') return lines.map(() => 0);
  const times = spread(lines);
  const first = times[0] ?? 0;
  let latest = 0;
  return times.map((time) => {
    latest = Math.max(latest, (time - first) / speed);
    return latest;
  });
}

function spread(lines: readonly Pick<LogLine, 'at' | 'span'>[]): number[] {
  const times: number[] = [];
  let start = 0;
  while (start < lines.length) {
    const at = lines[start]?.at ?? null;
    let end = start + 1;
    while (end < lines.length && ((lines[end]?.at ?? null) === null || lines[end]?.at === at)) end += 1;
    const span = lines[start]?.span ?? 0;
    const base = at ?? lines[end]?.at ?? 0;
    for (let index = start; index < end; index += 1)
      times.push(base + (span * (index - start)) / (end - start));
    start = end;
  }
  return times;
}
