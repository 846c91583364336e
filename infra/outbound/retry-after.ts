/**
 * The header Retry-After, as seconds or as a date.
 * @param now in milliseconds since 1970.
 * @returns milliseconds from now; undefined when it is absent or says nothing that can be understood.
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const seconds = Number(value);
  const delay = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now;
  return delay >= 0 ? delay : undefined;
}
