import { z } from 'zod';
import { skipReasons, type SkipReason } from '../../../../workflows/contracts/triggers/policy';
import type { JsonObject } from '../../../../workflows/contracts/json';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { dryRun } from '../../triggers/dry-run';
import { sampleEvent } from '../../triggers/sample-event';
import { ids } from '../examples';
import { timestamp, uuid } from '../fields';
import { jsonValue } from '../json-value';

const reasons = Object.keys(skipReasons) as [SkipReason, ...SkipReason[]];

export const dryRunView = z
  .object({
    wouldFire: z.boolean(),
    reason: z.enum(reasons).nullable().meta({ description: 'The first reason for which it would not.' }),
    checks: z.array(
      z.object({
        field: z.string(),
        expected: z.unknown(),
        actual: z.unknown(),
        met: z.boolean(),
        message: z.string(),
      }),
    ),
    input: z.unknown().meta({ description: 'What the run would begin with.' }),
    inputError: z.string().nullable(),
    run: z
      .object({ workflowId: uuid(ids.workflow), version: z.int(), workflowName: z.string() })
      .nullable()
      .meta({ description: 'What would run; null: the workflow or its version is not there.' }),
    fallback: z.enum(['workflow', 'agents', 'nothing']).nullable().meta({
      description: 'What answers a message of a user instead: the room’s workflow, its agents, or nothing.',
    }),
  })
  .meta({ id: 'TriggerDryRun' });

export const dryRunExample: z.input<typeof dryRunView> = {
  wouldFire: false,
  reason: 'conditions_not_met',
  checks: [
    { field: 'enabled', expected: true, actual: true, met: true, message: 'It holds.' },
    {
      ...{ field: 'conditions.contains', expected: ['help'], actual: 'Hello' },
      ...{ met: false, message: 'The text has none of these in it.' },
    },
  ],
  input: { text: 'Hello' },
  inputError: null,
  run: { workflowId: ids.workflow, version: 3, workflowName: 'Triage and reply' },
  fallback: 'agents',
};

export const testTrigger = defineRoute(
  {
    method: 'POST',
    path: '/triggers/{id}/test',
    summary: 'Try a trigger policy',
    description:
      'Says field by field whether the policy would answer an event, what would run and with which input. Nothing is stored and nothing runs. What the request leaves out of the event is made up.',
    tags: ['triggers'],
    auth: 'user',
    params: { id: uuid(ids.trigger) },
    body: {
      schema: z.strictObject({
        event: (z.record(z.string(), jsonValue) as z.ZodType<JsonObject, JsonObject>).default({}).meta({
          description:
            'Fields of the event’s data; of messages `text`, `authorRole`, `authorKind`, `mentions` (ids of agents).',
          example: { text: 'Hello', authorRole: 'student' },
        }),
        roomId: uuid(ids.room).optional().meta({ description: 'Where; default the room of the scope.' }),
        at: timestamp.optional().meta({ description: 'When; default now.' }),
      }),
      example: { event: { text: 'Hello', authorRole: 'student' }, roomId: ids.room },
    },
    responses: { 200: { description: 'The dry run.', schema: dryRunView, example: dryRunExample } },
    errors: ['room_not_found', 'trigger_not_found'],
  },
  async ({ params: { id }, body, user }, { database }) => {
    const { policy } = await authorise(database, user, 'trigger:read', { triggerId: id });
    if (body.roomId !== undefined) await authorise(database, user, 'room:read', { roomId: body.roomId });
    const roomId = body.roomId ?? policy.roomId;
    const at = body.at === undefined ? Date.now() : Date.parse(body.at);
    const by = { id: user.userId, name: user.name };
    const event = sampleEvent(policy, { event: body.event, roomId, at, by });
    return { status: 200, body: await dryRun({ database }, policy, event, roomId) };
  },
);
