import type { Database } from '../../../infra/database/client';
import type { Prisma, Run } from '../../../prisma/generated/client';
import type { RoomRole, WorkspaceRole } from '../../../prisma/generated/enums';
import { ApiError } from '../http/problems';
import { decideInRoom, decideInWorkspace, type Decision, type Standing } from '../identity/permission-rules';
import { authorise, type Caller } from '../identity/permissions';
import { approvalsFor } from './approval-access';

/** `control`: cancel, pause, resume, retry, fork. */
export type RunAction = 'read' | 'control';

export const runNotFound = (): ApiError =>
  new ApiError('run_not_found', 'There is no such run, or it is not yours to see.');

/** What the caller is, where the run is. */
export interface RunStanding extends Standing {
  userId: string;
}

/**
 * A run in a room is as visible as the room. One outside is for who started it and for staff of its workspace. Who may
 * decide an approval in it may read it.
 * @throws ApiError `run_not_found`, `forbidden`
 */
export async function findRun(
  database: Database,
  caller: Caller,
  action: RunAction,
  id: string,
): Promise<Run> {
  const run = await database.run.findUnique({ where: { id } });
  if (run === null) throw runNotFound();
  const standing = await standingAt(database, caller, run);
  if (standing === null) throw runNotFound();
  const decision = decideRun(action, run, standing);
  if (decision === 'allowed') return run;
  const decides = await database.approval.count({ where: { runId: id, ...approvalsFor(standing) }, take: 1 });
  if (decision === 'hidden' && decides === 0) throw runNotFound();
  if (action === 'read') return run;
  throw new ApiError('forbidden', 'You may see this run, but not control it.');
}

export function decideRun(
  action: RunAction,
  run: Pick<Run, 'roomId' | 'initiatorId'>,
  standing: RunStanding,
): Decision {
  if (run.roomId !== null) return decideInRoom(action === 'read' ? 'room:read' : 'room:write', standing);
  const overseen = decideInWorkspace('run:oversee', standing);
  const own = run.initiatorId === standing.userId && standing.workspaceRole !== null;
  return overseen === 'allowed' || own ? 'allowed' : 'hidden';
}

/** null: the room was deleted. */
export async function standingAt(
  database: Database,
  { userId, superAdmin }: Caller,
  { workspaceId, roomId }: { workspaceId: string; roomId: string | null },
): Promise<RunStanding | null> {
  const [row] = await database.$queryRaw<
    { roomOpen: boolean; workspaceRole: WorkspaceRole | null; roomRole: RoomRole | null }[]
  >`
    SELECT (${roomId}::uuid IS NULL OR r.id IS NOT NULL) AS "roomOpen",
           m.role::text AS "workspaceRole", rm.role::text AS "roomRole"
    FROM (SELECT ${userId}::uuid AS user_id) AS caller
    LEFT JOIN memberships m ON m.workspace_id = ${workspaceId}::uuid AND m.user_id = caller.user_id
    LEFT JOIN rooms r ON r.id = ${roomId}::uuid AND r.deleted_at IS NULL
    LEFT JOIN room_members rm ON rm.room_id = r.id AND rm.user_id = caller.user_id`;
  if (row?.roomOpen !== true) return null;
  return { userId, superAdmin, workspaceRole: row.workspaceRole, roomRole: row.roomRole };
}

/** Runs of a workspace that the caller sees in lists. @param role in the workspace */
export function visibleRuns(
  { userId, superAdmin }: Caller,
  role: WorkspaceRole | null,
): Prisma.RunWhereInput {
  const all = superAdmin || role === 'admin';
  const oversees =
    decideInWorkspace('run:oversee', { superAdmin, workspaceRole: role, roomRole: null }) === 'allowed';
  return {
    OR: [
      { room: { deletedAt: null, ...(all ? {} : { members: { some: { userId } } }) } },
      { roomId: null, ...(oversees ? {} : { initiatorId: userId }) },
    ],
  };
}

/** @throws ApiError `not_for_turns` */
export function requireWorkflowRun(run: Run): asserts run is Run & { workflowId: string; version: number } {
  if (run.kind !== 'workflow' || run.workflowId === null || run.version === null)
    throw new ApiError('not_for_turns', 'A turn of a room can be cancelled only.');
}

/**
 * The room that a run of this workspace is to post to.
 * @throws ApiError `room_not_found`, `forbidden`
 */
export async function roomOfWorkspace(
  database: Database,
  caller: Caller,
  roomId: string,
  workspaceId: string,
): Promise<void> {
  const { room } = await authorise(database, caller, 'room:write', { roomId });
  if (room.workspaceId !== workspaceId)
    throw new ApiError('room_not_found', 'The workspace of the workflow has no such room.');
}
