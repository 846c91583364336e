import { v5 as uuidv5 } from 'uuid';
import type { Database } from '../../infra/database/client';
import type { SentEvent, TriggerGateway } from '../../infra/temporal/trigger-gateway';
import { Prisma, type TriggerPolicy } from '../../prisma/generated/client';
import type { SweepResult } from '../../workflows/contracts/triggers/activities';
import type { TriggerEventData } from '../../workflows/contracts/triggers/events';

export interface SweepDeps {
  database: Database;
  triggers: TriggerGateway;
}

const minuteMs = 60_000;
/** A message is seen a little later than it was written; rooms that are told twice fire once all the same. */
const overlapMs = 10_000;
const pageRooms = 500;
/** Together, so that those told first are not at work yet while Temporal still stores the others. */
const sendsAtOnce = 100;

interface SilentRoom {
  id: string;
  lastSeq: number;
  lastUserSeq: number;
  lastMessageAt: Date;
}

/**
 * Sends the rooms of a policy in which a silence becomes due until `until` an event, unless it was due before the last
 * sweep or before the policy was made; then moves the policy's `sweptUntil`.
 * @throws TemporalUnavailableError: the sweep is to be repeated.
 */
export async function sweepSilences(
  { database, triggers }: SweepDeps,
  { policyId, until }: { policyId: string; until: number },
): Promise<SweepResult> {
  const policy = await database.triggerPolicy.findFirst({
    where: { id: policyId, eventType: 'silence', enabled: true },
  });
  const { thresholdMinutes: minutes = null } = policy ?? {};
  if (!policy || minutes === null) return { rooms: 0 };
  const thresholdMs = minutes * minuteMs;
  const { createdAt, sweptUntil } = policy;
  const since = Math.max(createdAt.getTime(), (sweptUntil?.getTime() ?? 0) - overlapMs);
  const last = new Date(until - thresholdMs);
  let rooms = 0;
  let after: Pick<SilentRoom, 'lastMessageAt' | 'id'> | undefined = {
    lastMessageAt: new Date(since - thresholdMs),
    id: lastId,
  };
  while (after) {
    const page: SilentRoom[] = await silentRooms(database, policy, after, last);
    for (let from = 0; from < page.length; from += sendsAtOnce) {
      const told = page.slice(from, from + sendsAtOnce);
      await Promise.all(told.map((room) => triggers.send(silenceOf(policy, minutes, room))));
    }
    rooms += page.length;
    after = page.length < pageRooms ? undefined : page.at(-1);
  }
  await database.$executeRaw`
    UPDATE trigger_policies SET swept_until = greatest(swept_until, ${new Date(until)}::timestamptz)
    WHERE id = ${policyId}::uuid AND workspace_id = ${policy.workspaceId}::uuid`;
  return { rooms };
}

/** Above the id of every room: a page begins after its time. */
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Rooms in scope by the time of their newest message: after `after`, `last` included. */
function silentRooms(
  database: Database,
  { workspaceId, roomId, courseId, sessionId }: TriggerPolicy,
  after: Pick<SilentRoom, 'lastMessageAt' | 'id'>,
  last: Date,
): Promise<SilentRoom[]> {
  const scope = [
    ...(roomId === null ? [] : [Prisma.sql`AND id = ${roomId}::uuid`]),
    ...(courseId === null ? [] : [Prisma.sql`AND course_id = ${courseId}::uuid`]),
    ...(sessionId === null ? [] : [Prisma.sql`AND id::text = ${sessionId}`]),
  ];
  return database.$queryRaw<SilentRoom[]>`
    SELECT id, last_seq AS "lastSeq", last_user_seq AS "lastUserSeq", last_message_at AS "lastMessageAt"
    FROM rooms
    WHERE workspace_id = ${workspaceId}::uuid AND deleted_at IS NULL
      AND last_message_at <= ${last}::timestamptz
      AND last_message_at >= ${after.lastMessageAt}::timestamptz
      AND (last_message_at, id) > (${after.lastMessageAt}::timestamptz, ${after.id}::uuid)
      ${scope.length === 0 ? Prisma.empty : Prisma.join(scope, ' ')}
    ORDER BY last_message_at, id
    LIMIT ${pageRooms}`;
}

/** Its id names the silence as the room stood: told twice, it is one. */
function silenceOf(policy: TriggerPolicy, minutes: number, room: SilentRoom): SentEvent {
  const { id: roomId, lastSeq, lastUserSeq, lastMessageAt } = room;
  const data: TriggerEventData['silence'] = { minutes, since: lastMessageAt.toISOString(), lastSeq };
  return {
    ...{ workspaceId: policy.workspaceId, roomId },
    event: {
      id: uuidv5(`silence/${roomId}/${lastUserSeq}/${lastSeq}`, policy.id),
      type: 'silence',
      at: lastMessageAt.getTime() + minutes * minuteMs,
      depth: 0,
      sessionId: roomId,
      policyId: policy.id,
      data,
    },
  };
}
