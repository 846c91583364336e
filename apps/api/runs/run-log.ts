import type { JsonObject } from '../../../workflows/contracts/json';

export const logLevels = ['info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Event types that tell of trouble; all others are `info`. */
const levels: Readonly<Record<string, LogLevel>> = {
  'run.failed': 'error',
  'node.failed': 'error',
  'run.cancelled': 'warn',
  'node.cancelled': 'warn',
  'node.retrying': 'warn',
};

export const levelOf = (type: string): LogLevel => levels[type] ?? 'info';

/** Types of a level and above; null: all. */
export function typesFrom(least: LogLevel): string[] | null {
  if (least === 'info') return null;
  const above = logLevels.slice(logLevels.indexOf(least));
  return Object.keys(levels).filter((type) => above.includes(levelOf(type)));
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A line of the log, for people. */
export function messageOf(type: string, data: JsonObject): string {
  const { error, label, nodeKey, by, title, action, attempt, reused } = data;
  const [subject = '', what = ''] = type.split('.');
  const detail = text((error as JsonObject | undefined)?.detail);
  const person = text(by) || text((by as JsonObject | undefined)?.name);
  const name = text(label) || text(nodeKey);
  const who = person === '' ? '' : ` by ${person}`;
  const why = detail === '' ? '' : `: ${detail}`;
  if (subject === 'run') return `The run is ${what}${who}${why}`;
  if (subject === 'approval') {
    const about = text(title) || text(nodeKey);
    const chosen = text(action);
    return `Approval ${what}: ${about}${chosen === '' ? '' : ` (${chosen}${who})`}`;
  }
  const times = typeof attempt === 'number' && attempt > 1 ? `, attempt ${String(attempt)}` : '';
  return `${name} is ${what}${times}${reused === true ? ' (taken over)' : ''}${why}`;
}
