import type { Json } from '../../contracts/json';
import { ExpressionError } from './expression-error';
import { Timestamp } from './timestamp';

/** JSON as expressions see it: whole numbers are integers of their own, objects are maps. */
export type CelValue = null | boolean | bigint | number | string | CelValue[] | Map<string, CelValue>;

/** Deepest nesting that expressions work with. */
const maxDepth = 100;
/** About the largest result, in characters of JSON. */
const maxResultChars = 2_000_000;

/** @throws ExpressionError when the value is nested deeper than 100 levels. */
export function toCel(value: Json): CelValue {
  return convert(value, 0);
}

function convert(value: Json, depth: number): CelValue {
  if (depth > maxDepth) throw tooDeep();
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => convert(item, depth + 1));
  return new Map(Object.entries(value).map(([name, item]) => [name, convert(item, depth + 1)]));
}

/**
 * Integers become numbers, timestamps ISO 8601, durations seconds.
 * @throws ExpressionError for what JSON cannot hold exactly: larger integers than 2^53, infinity, NaN, bytes, types.
 */
export function fromCel(value: unknown): Json {
  let chars = 0;
  const spend = (count: number): void => {
    chars += count;
    if (chars > maxResultChars) throw new ExpressionError('failed', 'The result is too large.');
  };
  const json = (item: unknown, depth: number): Json => {
    if (depth > maxDepth) throw tooDeep();
    spend(4);
    if (typeof item === 'string') spend(item.length);
    if (typeof item === 'bigint') return ofInteger(item);
    if (typeof item === 'number') return ofDouble(item);
    if (item === null || typeof item === 'string' || typeof item === 'boolean') return item;
    if (typeof item !== 'object') throw unsupported();
    return ofObject(item, depth);
  };
  const ofObject = (item: object, depth: number): Json => {
    if (Array.isArray(item)) return item.map((each) => json(each, depth + 1));
    if (item instanceof Timestamp) return item.toString();
    if (isDuration(item)) return json(item.valueOf() / 1000, depth);
    const entries = item instanceof Map ? [...item] : isPlain(item) ? Object.entries(item) : undefined;
    if (!entries) throw unsupported();
    return Object.fromEntries(
      entries.map(([name, each]): [string, Json] => {
        spend(String(name).length);
        return [String(name), json(each, depth + 1)];
      }),
    );
  };
  return json(value, 0);
}

function ofInteger(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new ExpressionError('failed', `The number ${value} is too large.`);
}

function ofDouble(value: number): number {
  if (Number.isFinite(value)) return value === 0 ? 0 : value;
  throw new ExpressionError('failed', 'The result is no number: it is infinite or undefined.');
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

const isDuration = (value: object): value is { valueOf(): number } =>
  Object.prototype.toString.call(value) === '[object google.protobuf.Duration]';

const tooDeep = (): ExpressionError => new ExpressionError('failed', 'The value is nested too deep.');
const unsupported = (): ExpressionError =>
  new ExpressionError('failed', 'The result cannot be written as JSON.');
