import { CronExpressionParser } from 'cron-parser';

const part = String.raw`(?:\*|[0-9]{1,2}|[a-z]{3})(?:-(?:[0-9]{1,2}|[a-z]{3}))?(?:/[0-9]{1,2})?`;
/** What Temporal reads the same way as everybody else: `*`, numbers, three-letter names, ranges, lists and steps. */
const field = new RegExp(`^${part}(?:,${part})*$`, 'i');

/** Why Temporal would not take a cron expression, or would never act on it; null: it is good. */
export function cronProblem(cron: string): string | null {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5)
    return 'must have five fields: minute, hour, day of the month, month, day of the week';
  const unknown = fields.find((text) => !field.test(text));
  if (unknown !== undefined)
    return `"${unknown.slice(0, 50)}" is not understood: use *, numbers, names like MON or JAN, ranges, lists and steps`;
  try {
    CronExpressionParser.parse(cron).next();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'is no cron expression';
  }
}
