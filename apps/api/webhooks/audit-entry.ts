import type { WebhookSubscription } from '../../../prisma/generated/client';
import type { AuditEntry } from '../identity/audit';

/** What the audit trail says of every change of a webhook. */
export const auditEntryOf = (
  { id, workspaceId }: Pick<WebhookSubscription, 'id' | 'workspaceId'>,
  actorId: string,
  address: string,
): Omit<AuditEntry, 'action'> => ({ actorId, workspaceId, target: ['webhook', id], address });
