import type { Database } from '../../../infra/database/client';
import type { Room, TriggerPolicy } from '../../../prisma/generated/client';
import type { TriggerEvent } from '../../../workflows/contracts/triggers/events';

/** What decides besides the policy and the event. */
export interface Facts {
  /** null: none, or it was deleted. */
  room: Pick<Room, 'workspaceId' | 'courseId'> | null;
  /** Of the policy in the event's session. */
  lastFiredAt: Date | null;
  /** Messages in the room since then, with the event's own. */
  messages: number;
  /** Runs of the policy that are under way. */
  running: number;
  /** What answers a message in the room when no policy does. */
  fallback: 'workflow' | 'agents' | 'nothing';
}

export async function readFacts(
  database: Database,
  { id: policyId }: TriggerPolicy,
  { sessionId, type }: TriggerEvent,
  roomId: string | null,
): Promise<Facts> {
  const [room, fired, running] = await Promise.all([
    roomId === null ? null : readRoom(database, roomId),
    database.triggerFiring.findFirst({
      where: { policyId, sessionId, status: 'fired' },
      orderBy: { createdAt: 'desc' },
      select: { createdAt: true },
    }),
    database.run.count({ where: { triggerPolicyId: policyId, endedAt: null } }),
  ]);
  const lastFiredAt = fired?.createdAt ?? null;
  const messages =
    roomId === null
      ? 0
      : await database.message.count({
          where: {
            roomId,
            authorKind: type === 'agent_message' ? 'agent' : 'user',
            ...(lastFiredAt && { createdAt: { gt: lastFiredAt } }),
          },
        });
  const { workflowId = null, members = 0 } = room ?? {};
  return {
    ...{ room, lastFiredAt, running },
    messages: messages + 1,
    fallback: workflowId !== null ? 'workflow' : members > 0 ? 'agents' : 'nothing',
  };
}

async function readRoom(database: Database, id: string) {
  const found = await database.room.findFirst({
    where: { id, deletedAt: null },
    select: {
      ...{ workspaceId: true, courseId: true, workflowId: true },
      _count: { select: { members: { where: { agent: { status: 'active' } } } } },
    },
  });
  return found && { ...found, members: found._count.members };
}
