import type { Database } from '../../../infra/database/client';
import type { WebhookDelivery, WebhookSubscription } from '../../../prisma/generated/client';
import { ApiError } from '../http/problems';
import { decideInWorkspace } from '../identity/permission-rules';
import type { Caller } from '../identity/permissions';

export const webhookNotFound = (): ApiError =>
  new ApiError('webhook_not_found', 'There is no such webhook, or its workspace is not yours.');

const deliveryNotFound = (): ApiError =>
  new ApiError('delivery_not_found', 'There is no such delivery, or its workspace is not yours.');

const withMembership = ({ userId }: Caller) => ({
  workspace: { select: { memberships: { where: { userId }, select: { role: true } } } },
});

type Found = WebhookSubscription & {
  workspace: { memberships: { role: 'admin' | 'teacher' | 'student' | 'member' }[] };
};

/** Webhooks are for admins of the workspace. @throws ApiError `webhook_not_found`, `forbidden` */
export async function findWebhook(
  database: Database,
  caller: Caller,
  id: string,
): Promise<WebhookSubscription> {
  const found = await database.webhookSubscription.findUnique({
    where: { id },
    include: withMembership(caller),
  });
  if (found === null) throw webhookNotFound();
  return permitted(found, caller, webhookNotFound);
}

/** @throws ApiError `delivery_not_found`, `forbidden` */
export async function findDelivery(
  database: Database,
  caller: Caller,
  id: string,
): Promise<WebhookDelivery & { subscription: WebhookSubscription }> {
  const found = await database.webhookDelivery.findUnique({
    where: { id },
    include: { subscription: { include: withMembership(caller) } },
  });
  if (found === null) throw deliveryNotFound();
  return { ...found, subscription: permitted(found.subscription, caller, deliveryNotFound) };
}

function permitted(found: Found, { superAdmin }: Caller, missing: () => ApiError): WebhookSubscription {
  const { workspace, ...subscription } = found;
  const workspaceRole = workspace.memberships[0]?.role ?? null;
  const decision = decideInWorkspace('webhook:manage', { superAdmin, workspaceRole, roomRole: null });
  if (decision === 'hidden') throw missing();
  if (decision === 'forbidden')
    throw new ApiError('forbidden', 'Webhooks are for administrators of the workspace.');
  return subscription;
}
