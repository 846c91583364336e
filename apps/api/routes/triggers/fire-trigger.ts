import { z } from 'zod';
import type { Database } from '../../../../infra/database/client';
import type { TriggerPolicy } from '../../../../prisma/generated/client';
import { scheduledPolicy } from '../../../../infra/triggers/scheduled-policy';
import { ApiError } from '../../http/problems';
import { goneSignal } from '../../http/gone-signal';
import { defineRoute } from '../../http/route';
import type { ApiServices } from '../../http/services';
import { invalid } from '../../http/validate';
import { recordAudit } from '../../identity/audit';
import { authorise } from '../../identity/permissions';
import { roomOfWorkspace } from '../../runs/run-access';
import { awaitDecision } from '../../triggers/await-decision';
import { fireByHand } from '../../triggers/fire-by-hand';
import { auditOf } from '../../triggers/save-policy';
import { ids } from '../examples';
import { uuid } from '../fields';
import { jsonValue } from '../json-value';
import { preferWait, sessionId, waitOf } from '../workflows/execute';
import { decided, decidedExample } from './decided';

export const fireTrigger = defineRoute(
  {
    method: 'POST',
    path: '/triggers/{id}/fire',
    summary: 'Fire a trigger policy by hand',
    description:
      'A policy of `manual` answers an event with this payload, by its conditions and limits. With `Prefer: wait=30` it waits up to that many seconds (at most 60) for the decision and the end of the run. A timer acts as if its time had come, and takes no body.',
    tags: ['triggers'],
    auth: 'user',
    params: { id: uuid(ids.trigger) },
    idempotent: true,
    headers: preferWait,
    body: {
      schema: z.strictObject({
        payload: jsonValue.default({}).meta({ description: '`event.payload`.', example: { topic: 'light' } }),
        roomId: uuid(ids.room).optional().meta({
          description: 'Where it runs; default the room of the scope. Needs the right to write there.',
        }),
        sessionId: sessionId.optional(),
      }),
      example: { payload: { topic: 'light' } },
    },
    responses: {
      200: {
        description: 'It was decided in time, and its run, if there is one, has ended.',
        schema: decided,
        example: decidedExample,
      },
      202: {
        description: 'It is decided soon, and listed in the firings.',
        schema: z.object({
          eventId: uuid(ids.answer)
            .nullable()
            .meta({ description: '`event.id` of the firing; null: a timer.' }),
        }),
        example: { eventId: ids.answer },
      },
    },
    errors: [
      'forbidden',
      'room_not_found',
      'temporal_unavailable',
      'trigger_not_found',
      'trigger_not_manual',
      'trigger_not_scheduled',
    ],
  },
  async ({ params: { id }, body, user, ctx }, services) => {
    const { database } = services;
    const wait = waitOf(ctx);
    const { policy } = await authorise(database, user, 'trigger:manage', { triggerId: id });
    const author = { userId: user.userId, address: ctx.ip };
    if (policy.eventType === 'timer') {
      await fireTimer(services, policy);
      await database.$transaction((tx) => recordAudit(tx, auditOf('trigger_fired', policy, author)));
      return { status: 202, body: { eventId: null } };
    }
    if (policy.eventType !== 'manual')
      throw new ApiError('trigger_not_manual', `It waits for ${policy.eventType}.`);
    const roomId = body.roomId ?? policy.roomId;
    if (roomId !== null) await roomOfWorkspace(database, user, roomId, policy.workspaceId);
    const session = body.sessionId ?? policy.sessionId;
    await requireInScope(database, policy, roomId, session);
    const by = { id: user.userId, name: user.name };
    const firing = { payload: body.payload, roomId, sessionId: session, by };
    const { id: eventId, at } = await fireByHand(services, policy, firing, author);
    if (wait === null) return { status: 202, body: { eventId } };
    const headers = { 'Preference-Applied': `wait=${String(wait)}` };
    const awaited = { workspaceId: policy.workspaceId, policyId: id, eventId, at };
    const outcome = await awaitDecision(database, awaited, wait, goneSignal(ctx));
    return outcome === null
      ? { status: 202, headers, body: { eventId } }
      : { status: 200, headers, body: { eventId, ...outcome } };
  },
);

async function fireTimer({ schedules }: ApiServices, policy: TriggerPolicy): Promise<void> {
  const scheduled = scheduledPolicy(policy);
  if (scheduled !== null) await schedules.sync(scheduled);
  if (!(await schedules.trigger(policy.id)))
    throw new ApiError('trigger_not_scheduled', 'Temporal does not have the Schedule of the policy.');
}

async function requireInScope(
  database: Database,
  { roomId, courseId, sessionId: session }: TriggerPolicy,
  firedIn: string | null,
  firedFor: string | null,
): Promise<void> {
  const refuse = (field: string, message: string) =>
    invalid([{ path: `body.${field}`, code: 'invalid_value', message }]);
  if (roomId !== null && firedIn !== roomId) throw refuse('roomId', 'The policy is for another room.');
  if (session !== null && firedFor !== session)
    throw refuse('sessionId', 'The policy is for another session.');
  if (courseId === null) return;
  const where = { id: firedIn ?? '', courseId };
  if (firedIn === null || (await database.room.count({ where })) === 0)
    throw refuse('roomId', 'The policy is for a course: name a room of it.');
}
