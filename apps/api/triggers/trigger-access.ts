import type { Database } from '../../../infra/database/client';
import type { Prisma } from '../../../prisma/generated/client';
import type { WorkspaceRole } from '../../../prisma/generated/enums';
import { ApiError } from '../http/problems';
import { decideOnTrigger } from '../identity/permission-rules';
import { authorise, type Caller, type TriggerScope, type WorkspaceScope } from '../identity/permissions';

/** Policies of a workspace that the caller sees in lists. @param role in the workspace */
export function visiblePolicies(
  { userId, superAdmin }: Caller,
  role: WorkspaceRole | null,
): Prisma.TriggerPolicyWhereInput {
  if (superAdmin || role === 'admin') return {};
  return {
    OR: [
      { roomId: null },
      { room: { OR: [{ deletedAt: { not: null } }, { members: { some: { userId } } }] } },
    ],
  };
}

/** Firings that the caller sees: in a room those who see the room, outside of rooms those who manage the policy. */
export async function visibleFirings(
  database: Database,
  { userId, superAdmin }: Caller,
  { policy: { workspaceId }, workspaceRole }: TriggerScope,
): Promise<Prisma.TriggerFiringWhereInput> {
  if (superAdmin || workspaceRole === 'admin') return {};
  const rooms = await database.room.findMany({
    where: { workspaceId, deletedAt: null, members: { some: { userId } } },
    select: { id: true },
  });
  const standing = { superAdmin, workspaceRole, roomRole: null };
  const manages = decideOnTrigger('trigger:manage', standing, false) === 'allowed';
  return { OR: [{ roomId: { in: rooms.map(({ id }) => id) } }, ...(manages ? [{ roomId: null }] : [])] };
}

/**
 * Whether the caller may give a policy this scope.
 * @param roomId null: it is wider than a room.
 * @throws ApiError `forbidden`, `room_not_found`
 */
export async function requireManageable(
  database: Database,
  caller: Caller,
  { role }: Pick<WorkspaceScope, 'role'>,
  roomId: string | null,
): Promise<void> {
  const room = roomId === null ? null : await authorise(database, caller, 'room:read', { roomId });
  const standing = {
    superAdmin: caller.superAdmin,
    workspaceRole: room === null ? role : room.workspaceRole,
    roomRole: room?.member?.role ?? null,
  };
  if (decideOnTrigger('trigger:manage', standing, room !== null) !== 'allowed')
    throw new ApiError('forbidden', 'Your role does not permit trigger:manage here.');
}
