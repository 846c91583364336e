import type { JsonSchema } from './prompt';

const formatExamples: Record<string, string> = {
  'date-time': '2025-01-01T00:00:00Z',
  date: '2025-01-01',
  time: '00:00:00Z',
  duration: 'P1D',
  email: 'demo@example.com',
  'idn-email': 'demo@example.com',
  hostname: 'example.com',
  'idn-hostname': 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  'uri-reference': 'https://example.com/',
  iri: 'https://example.com/',
  url: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  'json-pointer': '/demo',
  regex: '.*',
};

/** Tried in this order against a `pattern`; a schema that none of them fits is refused. */
const patternCandidates = [
  'demo',
  'Demo',
  'DEMO',
  'a',
  'A',
  '0',
  '1',
  '00',
  '12',
  '123',
  '1234',
  '2025-01-01',
  'demo-1',
  'v1.0.0',
  '#000000',
  '+441234567890',
  ...Object.values(formatExamples),
  '',
];

const longestFreeText = 200;

/** A string that fits the schema, made of `text` where the schema leaves it free. */
export function stringFor(schema: JsonSchema, text: string): string {
  if (typeof schema.pattern === 'string') {
    const pattern = new RegExp(schema.pattern, 'u');
    const fit = [text, ...patternCandidates].find(
      (candidate) => pattern.test(candidate) && fits(schema, candidate),
    );
    return fit ?? text;
  }
  const example = typeof schema.format === 'string' ? formatExamples[schema.format] : undefined;
  if (example !== undefined) return example;
  const longest =
    typeof schema.maxLength === 'number' ? Math.min(schema.maxLength, longestFreeText) : longestFreeText;
  const shortest = typeof schema.minLength === 'number' ? schema.minLength : 0;
  // Lengths count characters, not UTF-16 units, as JSON Schema does.
  return Array.from(text).slice(0, Math.max(longest, shortest)).join('').padEnd(shortest, '.');
}

function fits(schema: JsonSchema, text: string): boolean {
  const length = Array.from(text).length;
  return (
    !(typeof schema.minLength === 'number' && length < schema.minLength) &&
    !(typeof schema.maxLength === 'number' && length > schema.maxLength)
  );
}

/** A number within the schema's bounds, zero if it may be, on the `multipleOf` grid where there is one. */
export function numberFor(schema: JsonSchema, whole: boolean): number {
  const bound = (name: string, otherwise: number): number => {
    const value = schema[name];
    return typeof value === 'number' ? value : otherwise;
  };
  const low = bound('minimum', -Infinity);
  const high = bound('maximum', Infinity);
  const above = bound('exclusiveMinimum', -Infinity);
  const below = bound('exclusiveMaximum', Infinity);
  const floor = Math.max(low, above);
  const ceiling = Math.min(high, below);
  const step = bound('multipleOf', whole ? 1 : 0);
  const steps = [0, 1, 2, 3];
  const candidates =
    step === 0
      ? [0, floor, ceiling, floor + 1, ceiling - 1, (floor + ceiling) / 2]
      : [
          0,
          ...steps.map((at) => (Math.ceil(floor / step) + at) * step),
          ...steps.map((at) => (Math.floor(ceiling / step) - at) * step),
        ];
  const fitsIn = (value: number): boolean => value >= low && value <= high && value > above && value < below;
  return (
    candidates.find((value) => fitsIn(value) && (whole ? Number.isInteger(value) : Number.isFinite(value))) ??
    0
  );
}
