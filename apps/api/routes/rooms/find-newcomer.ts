import type { Prisma } from '../../../../prisma/generated/client';
import type { WorkspaceRole } from '../../../../prisma/generated/enums';
import { ApiError } from '../../http/problems';
import { decideInWorkspace } from '../../identity/permission-rules';
import { most, within } from '../limits';
import { lockWorkspace } from '../lock-workspace';

/** Whom to add: exactly one of the three. */
export interface Newcomer {
  userId?: string | undefined;
  email?: string | undefined;
  agentId?: string | undefined;
}

/** What the person who adds may do in the workspace. */
export interface Host {
  superAdmin: boolean;
  workspaceRole: WorkspaceRole | null;
}

/**
 * Finds who is to be added to a room of the workspace, and holds it until the transaction ends. Only people of the
 * workspace can be added; its admins and teachers may also name any registered person by email, who then becomes a
 * member of the workspace.
 * @throws ApiError `user_not_found`, `agent_not_found`, `agent_not_active`, `limit_reached`
 */
export async function findNewcomer(
  tx: Prisma.TransactionClient,
  workspaceId: string,
  { userId, email, agentId }: Newcomer,
  host: Host,
): Promise<{ userId: string } | { agentId: string }> {
  if (agentId !== undefined) return { agentId: await findAgent(tx, workspaceId, agentId) };
  const byEmail = email !== undefined;
  const mayInvite = decideInWorkspace('workspace:invite', { ...host, roomRole: null }) === 'allowed';
  const user = await tx.user.findFirst({
    where: { disabledAt: null, ...(byEmail ? { email } : { id: userId ?? '' }) },
    select: { id: true, memberships: { where: { workspaceId }, select: { userId: true } } },
  });
  const belongs = user !== null && user.memberships.length > 0;
  if (user === null || !(belongs || (mayInvite && byEmail))) {
    throw new ApiError('user_not_found', adviceFor(mayInvite, byEmail));
  }
  if (!belongs) await join(tx, workspaceId, user.id);
  return { userId: user.id };
}

async function join(tx: Prisma.TransactionClient, workspaceId: string, userId: string): Promise<void> {
  await lockWorkspace(tx, workspaceId);
  const count = await tx.membership.count({ where: { workspaceId } });
  within(most.membersPerWorkspace, count, 'people in a workspace');
  await tx.membership.createMany({ data: { workspaceId, userId, role: 'member' }, skipDuplicates: true });
}

function adviceFor(mayInvite: boolean, byEmail: boolean): string {
  if (mayInvite && byEmail) return 'Nobody is registered under this email. They must register first.';
  if (mayInvite) return 'The workspace has no such person. Name them by email to add them to it.';
  return 'The workspace has no such person. An admin or teacher of the workspace can add them by email.';
}

async function findAgent(
  tx: Prisma.TransactionClient,
  workspaceId: string,
  agentId: string,
): Promise<string> {
  // A change of the agent waits for the lock, and then sees that it is in the room.
  const [agent] = await tx.$queryRaw<{ status: string }[]>`
    SELECT status::text FROM agents WHERE id = ${agentId}::uuid AND workspace_id = ${workspaceId}::uuid FOR SHARE`;
  if (agent === undefined)
    throw new ApiError('agent_not_found', 'The workspace of the room has no such agent.');
  if (agent.status !== 'active') throw new ApiError('agent_not_active', 'The agent is not active.');
  return agentId;
}
