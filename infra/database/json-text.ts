/** Escapes that jsonb does not take: NUL, and halves of surrogate pairs. */
const suspicious = /\\u(?:0000|d[89a-f])/;

/** JSON text of a value as Postgres can store it: without NUL, and with U+FFFD for halves of surrogate pairs. */
export function toJsonText(value: unknown): string {
  const text = JSON.stringify(value);
  return suspicious.test(text) ? JSON.stringify(storable(value)) : text;
}

/** The same as a value. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string')
    return value.replaceAll('\u0000', '').replaceAll(/\p{Surrogate}/gu, '\uFFFD');
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [storable(name), storable(inner)]));
}
