import type { Prisma } from '../../../prisma/generated/client';

/**
 * Counts a change of the workspace's trigger policies, or of what is in their scope, so that those who decide read them
 * again at their next step.
 */
export async function bumpTriggers(tx: Prisma.TransactionClient, workspaceId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE workspaces SET triggers_version = triggers_version + 1 WHERE id = ${workspaceId}::uuid`;
}
