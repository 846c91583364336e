import { z } from 'zod';
import { RunStatus } from '../../../../prisma/generated/enums';
import { skipReasons, type SkipReason } from '../../../../workflows/contracts/triggers/policy';
import { ids } from '../examples';
import { uuid } from '../fields';
import { failure } from '../runs/run-views';

export const decidedExample = {
  eventId: '0197d6aa-5f60-7172-8384-95a6b7c8d9e0',
  decision: 'fired',
  runId: ids.run,
  status: 'completed',
  output: { answer: { text: 'Thank you for order 4711.' } },
  error: null,
} as const;

const eventId = uuid(decidedExample.eventId);

/** What became of an event that was waited for. */
export const decided = z
  .discriminatedUnion('decision', [
    z.object({
      eventId,
      decision: z.literal('fired'),
      runId: uuid(ids.run),
      status: z.enum(RunStatus),
      output: z.unknown(),
      error: failure,
    }),
    z.object({
      eventId,
      decision: z.literal('skipped'),
      reason: z.enum(Object.keys(skipReasons) as [SkipReason, ...SkipReason[]]),
      detail: z.string().nullable(),
    }),
  ])
  .meta({ id: 'DecidedEvent' });
