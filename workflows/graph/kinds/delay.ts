import { defaultHandle, graphLimits } from '../../contracts/graph/document';
import type { NodeContext } from '../node-context';
import { defineKind, expressionSchema, failure, record } from './define-kind';
import { parseTime } from '../expressions';

/** Exactly one of them. */
interface DelayData {
  seconds?: number | string;
  until?: string;
}

export const delay = defineKind<DelayData, DelayData>({
  kind: 'delay',
  version: 1,
  summary: 'Waits for a while, or until a time.',
  schema: {
    type: 'object',
    properties: {
      seconds: {
        anyOf: [
          { type: 'number', minimum: 0, maximum: graphLimits.deadlineSeconds },
          expressionSchema('how long.', 'input.minutes * 60'),
        ],
        description: 'How long, in seconds: a number, or CEL that gives one.',
        examples: [60],
      },
      until: expressionSchema(
        'when to go on: a timestamp, or ISO 8601 as text. A time that has passed does not wait.',
        'timestamp(run.startedAt) + duration("24h")',
      ),
    },
    oneOf: [{ required: ['seconds'] }, { required: ['until'] }],
  },
  handles: () => [defaultHandle],
  expressions: ({ seconds, until }) => [
    ...(typeof seconds === 'string'
      ? [{ path: 'data.seconds', source: seconds, form: 'expression' as const, type: 'number' as const }]
      : []),
    ...(until === undefined
      ? []
      : [{ path: 'data.until', source: until, form: 'expression' as const, type: 'timestamp' as const }]),
  ],
  output: () => record({ until: { type: 'string', format: 'date-time' } }),
  compile: ({ seconds, until }) => (seconds === undefined ? { until: until ?? '' } : { seconds }),
  async execute(config, context) {
    const kept = context.memory.get()?.until;
    const end = typeof kept === 'number' ? kept : endOf(config, context);
    context.memory.set({ until: end });
    const output = context.describe({ until: new Date(end).toISOString() });
    const until = Date.parse(output.until);
    if (until > context.now()) await context.sleepUntil(until);
    return { output };
  },
});

/** In milliseconds since 1970. */
function endOf({ seconds, until }: DelayData, context: NodeContext): number {
  if (until !== undefined) {
    const value = context.evaluate(until);
    const time = typeof value === 'string' ? parseTime(value) : undefined;
    if (time === undefined)
      throw failure('expression_failed', '`until` gives no time: it takes a timestamp, or ISO 8601 as text.');
    return time;
  }
  const value = typeof seconds === 'string' ? context.evaluate(seconds) : seconds;
  if (typeof value !== 'number' || value < 0 || value > graphLimits.deadlineSeconds)
    throw failure(
      'expression_failed',
      `\`seconds\` gives no number from 0 to ${graphLimits.deadlineSeconds}.`,
    );
  return context.now() + Math.round(value * 1000);
}
