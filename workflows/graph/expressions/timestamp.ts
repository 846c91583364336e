import type { Environment } from '@marcbachmann/cel-js';
import { ExpressionError } from './expression-error';

const iso8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
/** From 0001-01-01 to 9999-12-31, as CEL has it. */
const earliest = -62_135_596_800_000;
const latest = 253_402_300_799_999;

/** ISO 8601 with date, time and zone, as milliseconds since 1970. */
export function parseTime(text: string): number | undefined {
  const ms = iso8601.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * A point in time in expressions. The library's own timestamps are `Date`s, which do not keep their class in the workflow
 * sandbox, and read other texts than ISO 8601 in the time zone of the machine.
 */
export class Timestamp {
  /** @param ms since 1970. */
  constructor(readonly ms: number) {
    if (!(ms >= earliest && ms <= latest)) throw new ExpressionError('failed', 'The time is out of range.');
  }

  static parse(text: string): Timestamp {
    const ms = parseTime(text);
    if (ms !== undefined) return new Timestamp(ms);
    throw new ExpressionError('failed', 'timestamp() takes ISO 8601 like 2030-01-31T08:00:00Z.');
  }

  toString(): string {
    return new Date(this.ms).toISOString();
  }
}

/** The name that `timestamp()` is called by within: the library's own cannot be replaced. */
export const timestampFunction = 'timestampOf';

interface Duration {
  valueOf(): number;
}

const parts: Record<string, (date: Date) => number> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDate: (date) => date.getUTCDate(),
  getDayOfWeek: (date) => date.getUTCDay(),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (date) => date.getUTCMilliseconds(),
};

/** Methods of timestamps, all in UTC. */
export const timestampMethods = Object.keys(parts);

export function registerTimestamps(environment: Environment): void {
  const duration = 'google.protobuf.Duration';
  environment
    .registerType('Timestamp', Timestamp)
    .registerFunction(`${timestampFunction}(string): Timestamp`, (text: string) => Timestamp.parse(text), {
      async: false,
    })
    .registerFunction(
      `${timestampFunction}(int): Timestamp`,
      (seconds: bigint) => new Timestamp(Number(seconds) * 1000),
      { async: false },
    )
    .registerFunction('string(Timestamp): string', String, { async: false })
    .registerFunction('int(Timestamp): int', (time: Timestamp) => BigInt(Math.floor(time.ms / 1000)), {
      async: false,
    })
    .registerOperator(`Timestamp + ${duration}`, (time: Timestamp, by: Duration) => moved(time, by.valueOf()))
    .registerOperator(`${duration} + Timestamp: Timestamp`, (by: Duration, time: Timestamp) =>
      moved(time, by.valueOf()),
    )
    .registerOperator(`Timestamp - ${duration}`, (time: Timestamp, by: Duration) =>
      moved(time, -by.valueOf()),
    )
    .registerOperator('Timestamp == Timestamp', (a: Timestamp, b: Timestamp) => a.ms === b.ms)
    .registerOperator('Timestamp < Timestamp', (a: Timestamp, b: Timestamp) => a.ms < b.ms)
    .registerOperator('Timestamp <= Timestamp', (a: Timestamp, b: Timestamp) => a.ms <= b.ms)
    .registerOperator('Timestamp > Timestamp', (a: Timestamp, b: Timestamp) => a.ms > b.ms)
    .registerOperator('Timestamp >= Timestamp', (a: Timestamp, b: Timestamp) => a.ms >= b.ms);
  for (const [name, part] of Object.entries(parts)) {
    environment.registerFunction(
      `Timestamp.${name}(): int`,
      (time: Timestamp) => BigInt(part(new Date(time.ms))),
      { async: false },
    );
  }
}

const moved = (time: Timestamp, ms: number): Timestamp => new Timestamp(time.ms + Math.floor(ms));
