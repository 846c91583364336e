import { z } from 'zod';
import type { TriggerFiring } from '../../../../prisma/generated/client';
import type { TriggerEvent } from '../../../../workflows/contracts/triggers/events';
import { skipReasons, type SkipReason } from '../../../../workflows/contracts/triggers/policy';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { visibleFirings } from '../../triggers/trigger-access';
import { at, ids } from '../examples';
import { listOf, pageOf, timeCursor, timePage, timestamp, uuid } from '../fields';

const statuses = ['fired', 'queued', 'skipped'] as const;
const reasons = Object.keys(skipReasons) as [SkipReason, ...SkipReason[]];

const firing = z
  .object({
    id: uuid(ids.firing),
    policyId: uuid(ids.trigger),
    status: z.enum(statuses).meta({
      description: '`queued`: it fires when a run of the policy has ended.',
    }),
    reason: z.enum(reasons).nullable().meta({ description: 'Why it did not fire.' }),
    message: z.string().nullable().meta({ description: 'The reason in words.' }),
    detail: z.string().nullable().meta({ description: 'What exactly.' }),
    event: z
      .object({
        id: z.string(),
        type: z.string(),
        at: timestamp,
        sessionId: z.string().nullable(),
        data: z.record(z.string(), z.unknown()),
      })
      .meta({ description: 'The last event that it answers.' }),
    count: z.int().meta({
      description: 'How many events; skips that are alike within an hour are counted in one.',
    }),
    runId: uuid(ids.run).nullable(),
    roomId: uuid(ids.room).nullable(),
    sessionId: z.string().nullable(),
    depth: z.int().meta({ description: 'How many firings it came of, one after the other.' }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'TriggerFiring' });

const example: z.input<typeof firing> = {
  id: ids.firing,
  policyId: ids.trigger,
  ...{ status: 'skipped', reason: 'quiet_hours', message: skipReasons.quiet_hours, detail: null },
  event: {
    ...{ id: ids.answer, type: 'silence', at, sessionId: ids.room },
    data: { minutes: 10, since: at, lastSeq: 42 },
  },
  ...{ count: 1, runId: null, roomId: ids.room, sessionId: ids.room, depth: 0, createdAt: at, updatedAt: at },
};

export const getFirings = defineRoute(
  {
    method: 'GET',
    path: '/triggers/{id}/firings',
    summary: 'List firings of a trigger policy',
    description:
      'Every firing, and for what did not fire the reason; the newest first. Firings in a room are for those who may see it, others for those who may change the policy. The newest 10,000 are kept.',
    tags: ['triggers'],
    auth: 'user',
    params: { id: uuid(ids.trigger) },
    query: {
      ...timePage,
      status: z.enum(statuses).optional(),
      reason: z.enum(reasons).optional(),
      since: timestamp.optional().meta({ description: 'Only those at this time or later.' }),
    },
    responses: {
      200: {
        description: 'A page of firings.',
        schema: listOf(firing),
        example: { items: [example], nextCursor: null },
      },
    },
    errors: ['trigger_not_found'],
  },
  async ({ params: { id }, query: { limit, cursor, status, reason, since }, user }, { database }) => {
    const scope = await authorise(database, user, 'trigger:read', { triggerId: id });
    const rows = await database.triggerFiring.findMany({
      where: {
        AND: [
          { policyId: id, ...(status && { status }), ...(reason && { reason }) },
          await visibleFirings(database, user, scope),
          ...(since === undefined ? [] : [{ createdAt: { gte: new Date(since) } }]),
          ...(cursor === undefined
            ? []
            : [
                {
                  OR: [{ createdAt: { lt: cursor.time } }, { createdAt: cursor.time, id: { lt: cursor.id } }],
                },
              ]),
        ],
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    const body = pageOf(rows, limit, viewFiring, (row) => timeCursor(row.createdAt, row.id));
    return { status: 200, body };
  },
);

function viewFiring(row: TriggerFiring): z.input<typeof firing> {
  const { id, policyId, detail, count, runId, roomId, sessionId, depth } = row;
  const event = row.event as unknown as TriggerEvent;
  const reason = row.reason as SkipReason | null;
  return {
    ...{ id, policyId, reason, detail, count, runId, roomId, sessionId, depth },
    status: row.status as (typeof statuses)[number],
    message: reason && skipReasons[reason],
    event: {
      ...{ id: event.id, type: event.type, sessionId: event.sessionId, data: event.data },
      at: new Date(event.at).toISOString(),
    },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
