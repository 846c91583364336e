import type { Approval, Prisma } from '../../../prisma/generated/client';
import type { Standing } from '../identity/permission-rules';

interface Someone extends Standing {
  userId: string;
}

/** Names under which somebody is an assignee: roles in the workspace, and in the run's room. */
const rolesOf = ({ workspaceRole, roomRole }: Standing): string[] => [
  ...(workspaceRole === null ? [] : [workspaceRole]),
  ...(roomRole === null ? [] : ['room_member']),
  ...(roomRole === 'owner' ? ['room_owner'] : []),
];

/** Only people of the workspace or the room count: who has left decides no more, even if named. */
const belongs = ({ workspaceRole, roomRole }: Standing): boolean =>
  workspaceRole !== null || roomRole !== null;

/** Whether somebody is asked. @param standing at the approval's run */
export function mayDecide(approval: Pick<Approval, 'roles' | 'userIds'>, standing: Someone): boolean {
  if (standing.superAdmin) return true;
  const named = belongs(standing) && approval.userIds.includes(standing.userId);
  return named || rolesOf(standing).some((role) => approval.roles.includes(role));
}

/** The same as a condition on approvals of one run. */
export function approvalsFor(standing: Someone): Prisma.ApprovalWhereInput {
  if (standing.superAdmin) return {};
  return {
    OR: [
      { roles: { hasSome: rolesOf(standing) } },
      ...(belongs(standing) ? [{ userIds: { has: standing.userId } }] : []),
    ],
  };
}

/** The same for all approvals of a workspace. @param rooms where somebody is a member, and where an owner */
export function approvalsIn(
  someone: Omit<Someone, 'roomRole'>,
  rooms: { member: string[]; owner: string[] },
): Prisma.ApprovalWhereInput {
  if (someone.superAdmin) return {};
  return {
    OR: [
      approvalsFor({ ...someone, roomRole: null }),
      { roles: { has: 'room_member' }, roomId: { in: rooms.member } },
      { roles: { has: 'room_owner' }, roomId: { in: rooms.owner } },
    ],
  };
}
