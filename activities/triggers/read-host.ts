import { ApplicationFailure } from '@temporalio/activity';
import type { Database } from '../../infra/database/client';
import type { Prisma } from '../../prisma/generated/client';
import type { HostState, HostTriggers, TimerState } from '../../workflows/contracts/triggers/activities';
import { activePolicies } from './active-policy';

interface Host {
  workspaceId: string;
  /** null: the workspace's own. */
  roomId: string | null;
}

/** The policies of a host, if they are others than those of `version`, and where its room stands. */
export async function readHost(
  database: Database,
  { workspaceId, roomId, version }: Host & { version: number },
): Promise<HostState> {
  if (roomId === null) {
    const workspace = await database.workspace.findUnique({
      where: { id: workspaceId },
      select: { triggersVersion: true },
    });
    if (!workspace) throw gone('The workspace was deleted');
    const { triggersVersion } = workspace;
    if (triggersVersion === version) return { activity: null };
    const policies = await policiesOf(database, { workspaceId, ...atWorkspace });
    return { triggers: { version: triggersVersion, policies }, activity: null };
  }
  const room = await database.room.findFirst({
    where: { id: roomId, workspaceId, deletedAt: null },
    select: { lastSeq: true, lastUserSeq: true, lastMessageAt: true, ...scopeOfRoom },
  });
  if (!room) throw gone('The room was deleted');
  const { lastSeq, lastUserSeq, lastMessageAt } = room;
  const isKnown = room.workspace.triggersVersion === version;
  return {
    ...(isKnown ? {} : { triggers: await triggersOf(database, { workspaceId, roomId }, room) }),
    activity: { lastSeq, lastUserSeq, lastMessageAt: lastMessageAt?.getTime() ?? null },
  };
}

/** The policies that a room decides with. */
export async function readRoomTriggers(database: Database, place: RoomPlace): Promise<HostTriggers> {
  const { roomId: id, workspaceId } = place;
  const scope = await database.room.findUniqueOrThrow({ where: { id, workspaceId }, select: scopeOfRoom });
  return triggersOf(database, place, scope);
}

interface RoomPlace {
  workspaceId: string;
  roomId: string;
}

/** What says which policies a room has, with their version: read before them, a change in between is noticed later. */
const scopeOfRoom = { courseId: true, workspace: { select: { triggersVersion: true } } } as const;

async function triggersOf(
  database: Database,
  { workspaceId, roomId }: RoomPlace,
  { courseId, workspace }: { courseId: string | null; workspace: { triggersVersion: number } },
): Promise<HostTriggers> {
  const policies = await policiesOf(database, {
    workspaceId,
    OR: [
      { roomId },
      ...(courseId === null ? [] : [{ courseId }]),
      { ...atWorkspace, OR: [{ sessionId: null }, { sessionId: roomId }] },
    ],
  });
  return { version: workspace.triggersVersion, policies };
}

/** What a timer decides with; null: the policy is gone, or is no timer. */
export async function readTimer(database: Database, policyId: string): Promise<TimerState | null> {
  const row = await database.triggerPolicy.findFirst({ where: { id: policyId, eventType: 'timer' } });
  const [policy] = activePolicies(row ? [row] : []);
  if (!row || !policy) return null;
  const last = await database.triggerFiring.findFirst({
    where: { policyId, status: { in: ['fired', 'queued'] } },
    orderBy: { createdAt: 'desc' },
    select: { createdAt: true },
  });
  const { enabled, workspaceId, roomId } = row;
  return { policy, enabled, workspaceId, roomId, lastFiredAt: last?.createdAt.getTime() ?? null };
}

const atWorkspace = { roomId: null, courseId: null };

const gone = (message: string): ApplicationFailure => ApplicationFailure.nonRetryable(message, 'room_gone');

async function policiesOf(
  database: Database,
  where: Prisma.TriggerPolicyWhereInput,
): Promise<HostTriggers['policies']> {
  const rows = await database.triggerPolicy.findMany({
    where: { ...where, enabled: true, eventType: { not: 'timer' } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });
  return activePolicies(rows);
}
