import type { Prisma } from '../../../prisma/generated/client';

/** Something worth proving later: who did what to what, from where. Never holds a password, token or message text. */
export interface AuditEntry {
  action: string;
  /** null: nobody who is known, e.g. a sign-in with an unknown email. */
  actorId: string | null;
  workspaceId?: string;
  /** Kind and id. */
  target?: readonly [kind: string, id: string];
  data?: Prisma.InputJsonObject;
  address?: string;
}

/** Pass the transaction of the change itself, so that neither is stored without the other. */
export async function recordAudit(tx: Prisma.TransactionClient, entry: AuditEntry): Promise<void> {
  const { action, actorId, workspaceId, target, data, address } = entry;
  await tx.auditEvent.create({
    data: {
      action,
      actorId,
      workspaceId: workspaceId ?? null,
      targetKind: target?.[0] ?? null,
      targetId: target?.[1] ?? null,
      data: data ?? {},
      address: address ?? null,
    },
  });
}
