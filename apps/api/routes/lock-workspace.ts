import type { Prisma } from '../../../prisma/generated/client';

/** Until the transaction ends, nothing else that counts against a limit of this workspace is added to it. */
export async function lockWorkspace(tx: Prisma.TransactionClient, workspaceId: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM workspaces WHERE id = ${workspaceId}::uuid FOR NO KEY UPDATE`;
}
