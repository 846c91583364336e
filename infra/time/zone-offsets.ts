const dayMs = 86_400_000;
/** How far ahead changes are looked for. */
const aheadMs = 2 * 365 * dayMs;

/** Whether the name is that of an IANA time zone, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    // Offsets such as `+02:00` are time zones to JavaScript only.
    return /^[A-Za-z]/.test(name) && offsetsOf(name)(0) !== null;
  } catch {
    return false;
  }
}

/**
 * What has to be added to UTC to get the local time of a zone, in minutes, from the day before `fromMs` on and for two
 * years: each entry holds from its `at` (milliseconds since 1970) until the next one's. The first is in the past.
 * @throws RangeError for what is no time zone.
 */
export function zoneOffsets(timeZone: string, fromMs: number): { at: number; minutes: number }[] {
  const offsetAt = offsetsOf(timeZone);
  const first = fromMs - dayMs;
  const offsets = [{ at: first, minutes: offsetAt(first) ?? 0 }];
  // No zone changes twice within a day.
  for (let before = first; before < fromMs + aheadMs; before += dayMs) {
    const minutes = offsetAt(before + dayMs) ?? 0;
    if (minutes !== offsets.at(-1)?.minutes)
      offsets.push({ at: changeBetween(before, before + dayMs, offsetAt), minutes });
  }
  return offsets;
}

/** The first moment with the offset of `after`; zones change on whole minutes. */
function changeBetween(before: number, after: number, offsetAt: (at: number) => number | null): number {
  const changed = offsetAt(after);
  let [low, high] = [Math.floor(before / 60_000), Math.ceil(after / 60_000)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * 60_000) === changed) high = middle;
    else low = middle;
  }
  return high * 60_000;
}

function offsetsOf(timeZone: string): (at: number) => number | null {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return (at) => {
    const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
    if (sign === undefined) return name.startsWith('GMT') ? 0 : null;
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  };
}
