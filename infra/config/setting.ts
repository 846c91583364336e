import { z } from 'zod';
import { parseBlock } from '../outbound/address-blocks';

/** One environment variable: how it is read, what it means, and who may see it. */
export interface Setting<T = unknown> {
  readonly schema: z.ZodType<T, string | undefined>;
  /** Text of the default as the reference table shows it; undefined when there is none. */
  readonly fallback: string | undefined;
  readonly description: string;
  /** Never logged, never shown by `doctor`. */
  readonly secret: boolean;
  /** In production (`NODE_ENV=production`) it must be set; elsewhere `npm start` supplies it. */
  readonly requiredInProduction: boolean;
}

interface Options {
  secret?: boolean;
  requiredInProduction?: boolean;
}

function setting<T>(
  schema: z.ZodType<T, string | undefined>,
  fallback: string | undefined,
  description: string,
  { secret = false, requiredInProduction = false }: Options = {},
): Setting<T> {
  return { schema, fallback, description, secret, requiredInProduction };
}

/** Text that may be absent. */
export function text(description: string, options?: Options): Setting<string | undefined> {
  return setting(z.string().trim().min(1).optional(), undefined, description, options);
}

/** Text with a default. */
export function textOr(fallback: string, description: string, options?: Options): Setting<string> {
  return setting(z.string().trim().min(1).default(fallback), fallback, description, options);
}

/** A URL with one of the given schemes; may be absent. */
export function url(
  schemes: readonly string[],
  description: string,
  options?: Options,
): Setting<string | undefined> {
  const hint = `must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  const ok = (value: string): boolean => {
    if (!URL.canParse(value)) return false;
    return schemes.includes(new URL(value).protocol.slice(0, -1));
  };
  return setting(z.string().trim().refine(ok, hint).optional(), undefined, description, options);
}

/** A whole number within bounds (inclusive). */
export function whole(
  fallback: number,
  [min, max]: readonly [number, number],
  description: string,
): Setting<number> {
  const hint = `must be a whole number from ${String(min)} to ${String(max)}`;
  const schema = z
    .string()
    .trim()
    .regex(/^-?\d+$/, hint)
    .transform(Number)
    .refine((value) => value >= min && value <= max, hint);
  return setting(schema.prefault(String(fallback)), String(fallback), description);
}

/** `true` or `false`. */
export function flag(fallback: boolean, description: string): Setting<boolean> {
  const schema = z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true');
  return setting(
    schema.prefault(String(fallback) as 'true' | 'false') as z.ZodType<boolean, string | undefined>,
    String(fallback),
    description,
  );
}

/** One of a closed set of words. */
export function choice<const T extends string>(
  fallback: T,
  words: readonly T[],
  description: string,
): Setting<T> {
  const schema = z.enum(words, `must be one of ${words.join(', ')}`).default(fallback);
  return setting(schema as z.ZodType<T, string | undefined>, fallback, description);
}

/** JSON of one shape. */
export function json<T>(fallback: T, shape: z.ZodType<T>, description: string): Setting<T> {
  const text = JSON.stringify(fallback);
  const schema = z
    .string()
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value);
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(shape);
  return setting(schema.prefault(text), text, description);
}

const split = (value: string): string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Comma-separated words, each from a closed set when one is given. */
export function list(
  fallback: readonly string[],
  description: string,
  words?: readonly string[],
): Setting<string[]> {
  const known = (parts: string[]): boolean =>
    words === undefined || parts.every((part) => words.includes(part));
  const schema = z
    .string()
    .transform(split)
    .refine(known, `may hold ${words?.join(', ') ?? ''}`);
  return setting(schema.prefault(fallback.join(',')), fallback.join(','), description);
}

/** Comma-separated IP addresses and CIDR blocks; none by default. */
export function addresses(description: string): Setting<string[]> {
  const known = (parts: string[]): boolean => parts.every((part) => parseBlock(part) !== null);
  const schema = z
    .string()
    .transform(split)
    .refine(known, 'must be IP addresses or CIDR blocks, such as 10.0.0.7 or 10.0.0.0/8');
  return setting(schema.prefault(''), '', description);
}
