import { z } from 'zod';
import { authorRoles, triggerEventTypes } from '../../../workflows/contracts/triggers/events';
import { overLimits } from '../../../workflows/contracts/triggers/policy';
import { overlaps } from '../../../workflows/contracts/triggers/timer';
import type { JsonObject } from '../../../workflows/contracts/json';
import { line } from '../http/name-fields';
import { ids } from '../routes/examples';
import { timestamp, uuid } from '../routes/fields';
import { jsonValue } from '../routes/json-value';
import { sessionId } from '../routes/workflows/execute';
import { versionNumber } from '../routes/workflows/workflow-view';

const expression = z.string().min(1).max(10_000);
const timeZone = z
  .string()
  .min(1)
  .max(64)
  .meta({ description: 'IANA name of a time zone.', example: 'Europe/Berlin' });
const clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, HH:MM')
  .meta({ example: '22:00' });

/** A list; one item may be given without it. */
const listOfSome = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(item).min(1).max(50));

export const scope = z
  .strictObject({
    workspaceId: uuid(ids.workspace).optional(),
    courseId: uuid(ids.course).optional(),
    roomId: uuid(ids.room).optional(),
    sessionId: sessionId.optional(),
  })
  .refine((given) => Object.keys(given).length === 1, 'name exactly one of the four')
  .meta({
    description: 'Whose events count, one of the four: of the workspace, a course, a room, a session.',
    example: { roomId: ids.room },
  });

export const conditions = z
  .strictObject({
    authorRoles: listOfSome(z.enum(authorRoles)).optional().meta({
      description: 'Of messages: the author has one of these roles in the workspace; `guest`: none.',
    }),
    contains: listOfSome(z.string().min(1).max(200))
      .optional()
      .meta({ description: 'Of messages: the text has one of these in it; case is ignored.' }),
    mentions: listOfSome(uuid(ids.teacher))
      .optional()
      .meta({ description: 'Of messages: it addresses one of these agents.' }),
    minMessages: z.int().min(1).max(10_000).optional().meta({
      description: 'Of messages: at least so many in the room since the last firing there.',
    }),
    workflowIds: listOfSome(uuid(ids.workflow))
      .optional()
      .meta({ description: 'Of runs and approvals: the run is of one of these workflows.' }),
    expression: expression.optional().meta({ description: 'CEL over `event`: true or false.' }),
  })
  .meta({
    description: 'All that are given must hold. One text may stand for a list of one.',
    example: { authorRoles: ['student'], contains: ['help'] },
  });

export const quietHours = z
  .strictObject({
    from: clock.meta({ description: 'The first minute in which nothing fires.' }),
    to: clock.meta({ description: 'The first minute in which it may again; before `from`: over midnight.' }),
    timeZone,
    days: z
      .array(z.int().min(1).max(7))
      .min(1)
      .max(7)
      .optional()
      .meta({ description: 'Days on which they begin, 1 Monday to 7 Sunday; default: all.' }),
  })
  .meta({ example: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' } });

/** Fields that every policy needs. */
export const neededFields = {
  name: line(120).meta({ example: 'Ask when it is quiet' }),
  eventType: z.enum(triggerEventTypes).meta({ example: 'silence' }),
  workflowId: uuid(ids.workflow),
} as const;

/** The others. Of those that may be null, null is the default. */
export const furtherFields = {
  scope: scope.optional(),
  conditions: conditions.optional(),
  version: versionNumber
    .nullish()
    .meta({ description: 'null: the version published last when it fires.', example: null }),
  input: z
    .record(z.string().regex(/^[A-Za-z_]\w{0,63}$/, 'must be a name of letters, digits and _'), expression)
    .refine((fields) => Object.keys(fields).length <= 100, 'must have at most 100 fields')
    .nullish()
    .meta({
      description:
        'Input of the run: CEL over `event` (the last one) and `events`, by name. null: the data of the event.',
      example: { question: 'event.text' },
    }),
  debounceSeconds: z.int().min(0).max(3600).nullish().meta({
    description:
      'Events that follow each other within so many seconds fire once. Default: 10 for messages, members and artifacts, otherwise 0.',
    example: 10,
  }),
  debounceMode: z.enum(['leading', 'trailing']).optional().meta({
    description: '`trailing` (default): at the end, with all of them. `leading`: with the first.',
  }),
  cooldownSeconds: z
    .int()
    .min(0)
    .max(604_800)
    .optional()
    .meta({ description: 'Least time between two firings in a session; default 0.', example: 600 }),
  quietHours: quietHours.nullish(),
  maxConcurrent: z
    .int()
    .min(1)
    .max(1000)
    .nullish()
    .meta({ description: 'Most runs under way; null: any number.', example: 1 }),
  overLimit: z.enum(overLimits).optional().meta({
    description:
      'What a firing above `maxConcurrent` does: `queue` (default) waits, `skip` is left out, `replace` cancels the oldest run.',
  }),
  intervalMinutes: z
    .int()
    .min(1)
    .max(44_640)
    .nullish()
    .meta({ description: 'Of timers: counted from `startAt` or the creation.', example: 15 }),
  cron: z.string().min(1).max(200).nullish().meta({
    description:
      'Of timers: minute, hour, day of the month, month, day of the week; both kinds of day must fit.',
    example: '0 9 * * 1-5',
  }),
  timeZone: timeZone.nullish().meta({ description: 'Of `cron`; default UTC.', example: 'Europe/Berlin' }),
  jitterSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .optional()
    .meta({ description: 'Of timers: up to so much later, by chance; default 0.', example: 0 }),
  startAt: timestamp.nullish().meta({ description: 'Of timers: not before.' }),
  endAt: timestamp.nullish().meta({ description: 'Of timers: not after.' }),
  catchupSeconds: z.int().min(10).max(2_592_000).optional().meta({
    description: 'Of timers: what was missed is made up for when it is not older; default 3600.',
    example: 3600,
  }),
  overlap: z.enum(overlaps).optional().meta({
    description: 'Of timers: what happens when one is due while its last run goes on; default `skip`.',
  }),
  thresholdMinutes: z
    .int()
    .min(1)
    .max(10_080)
    .nullish()
    .meta({ description: 'Of `silence`, required: no message for so long.', example: 10 }),
  bodySchema: (z.record(z.string(), jsonValue) as z.ZodType<JsonObject, JsonObject>)
    .nullish()
    .meta({ description: 'Of webhooks: JSON Schema of the body.', example: { type: 'object' } }),
  enabled: z.boolean().optional().meta({ description: 'Default true.', example: true }),
} as const;

export const newPolicy = z.strictObject({ ...neededFields, ...furtherFields });

/** A policy as people write it; what is absent or null has its default. */
export type PolicyFields = z.output<typeof newPolicy>;
