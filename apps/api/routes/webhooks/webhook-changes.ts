import { z } from 'zod';
import { newSecret, rotateSecrets, storedSecrets } from '../../../../infra/secrets/rotating-secrets';
import { defineRoute } from '../../http/route';
import { recordAudit } from '../../identity/audit';
import type { Prisma, WebhookSubscription } from '../../../../prisma/generated/client';
import { auditEntryOf } from '../../webhooks/audit-entry';
import { checkWebhook } from '../../webhooks/check-webhook';
import { findWebhook, webhookNotFound } from '../../webhooks/find-webhook';
import { defined } from '../defined';
import { ids } from '../examples';
import { uuid } from '../fields';
import {
  viewWebhook,
  webhook,
  webhookExample,
  webhookParts,
  webhookWithSecret,
  withSecretExample,
} from './webhook-view';

const tags = ['webhooks'] as const;
const params = { id: uuid(ids.webhook) };

/** How long a secret that was replaced goes on signing, in hours. */
const graceHours = 24;

export const updateWebhook = defineRoute(
  {
    method: 'PATCH',
    path: '/webhooks/{id}',
    summary: 'Change a webhook',
    description:
      '`enabled: true` also takes back that the platform disabled it: the events that wait are sent; what happened while it was disabled is not. An event that is being retried goes to the new URL at its next attempt.',
    tags,
    auth: 'user',
    params,
    body: {
      schema: z
        .strictObject({
          name: webhookParts.name.optional(),
          url: webhookParts.url.optional(),
          eventTypes: webhookParts.eventTypes.optional(),
          roomId: webhookParts.roomId.optional(),
          enabled: webhookParts.enabled.optional(),
        })
        .refine((changes) => Object.keys(changes).length > 0, 'name at least one field to change'),
      example: { enabled: true },
    },
    responses: {
      200: { description: 'The webhook as it is now.', schema: webhook, example: webhookExample },
    },
    errors: ['forbidden', 'webhook_not_found'],
  },
  async ({ params: { id }, body, user, ctx }, { database, settings, webhooks }) => {
    const before = await findWebhook(database, user, id);
    await checkWebhook(database, settings.OUTBOUND_ALLOWED, before.workspaceId, body);
    const enables = body.enabled === true && !before.enabled;
    const row = await database.$transaction(async (tx) => {
      const changed = await change(tx, id, {
        ...defined(body),
        ...(enables && { disabledAt: null, disabledReason: null, failingSince: null }),
      });
      const fields = Object.keys(body);
      await recordAudit(tx, {
        ...auditEntryOf(changed, user.userId, ctx.ip),
        action: 'webhook_changed',
        data: { fields },
      });
      return changed;
    });
    if (row.enabled) webhooks.wake([{ subscriptionId: id, workspaceId: row.workspaceId }]);
    return { status: 200, body: viewWebhook(row) };
  },
);

export const deleteWebhook = defineRoute(
  {
    method: 'DELETE',
    path: '/webhooks/{id}',
    summary: 'Delete a webhook',
    description: 'Its deliveries go with it, sent or not.',
    tags,
    auth: 'user',
    params,
    responses: { 204: { description: 'The webhook is gone.' } },
    errors: ['forbidden', 'webhook_not_found'],
  },
  async ({ params: { id }, user, ctx }, { database }) => {
    const row = await findWebhook(database, user, id);
    await database.$transaction(async (tx) => {
      await tx.webhookSubscription.deleteMany({ where: { id } });
      await recordAudit(tx, { ...auditEntryOf(row, user.userId, ctx.ip), action: 'webhook_deleted' });
    });
    return { status: 204 };
  },
);

export const rotateWebhookSecret = defineRoute(
  {
    method: 'POST',
    path: '/webhooks/{id}/rotate-secret',
    summary: 'Give a webhook a new secret',
    description: `For ${String(graceHours)} hours events are signed with the new and the old secret, so that your server can change over meanwhile.`,
    tags,
    auth: 'user',
    params,
    idempotent: true,
    responses: {
      201: {
        description: 'The webhook, with its new secret.',
        schema: webhookWithSecret,
        example: withSecretExample,
      },
    },
    errors: ['forbidden', 'webhook_not_found'],
  },
  async ({ params: { id }, user, ctx }, { database, secrets }) => {
    await findWebhook(database, user, id);
    const now = new Date();
    const { secret, stored } = newSecret(secrets, now);
    const row = await database.$transaction(async (tx) => {
      const known = await lockWebhook(tx, id);
      const rotated = rotateSecrets(storedSecrets.parse(known.secrets), stored, now, graceHours * 3600);
      const changed = await change(tx, id, { secrets: rotated });
      await recordAudit(tx, {
        ...auditEntryOf(changed, user.userId, ctx.ip),
        action: 'webhook_secret_rotated',
      });
      return changed;
    });
    return { status: 201, body: { ...viewWebhook(row), secret } };
  },
);

/** @throws ApiError `webhook_not_found` when it was deleted meanwhile. */
async function change(
  tx: Prisma.TransactionClient,
  id: string,
  data: Prisma.WebhookSubscriptionUpdateManyMutationInput & { roomId?: string | null },
): Promise<WebhookSubscription> {
  const [changed] = await tx.webhookSubscription.updateManyAndReturn({
    where: { id },
    data: { ...data, updatedAt: new Date() },
  });
  if (changed === undefined) throw webhookNotFound();
  return changed;
}

/** Of two rotations at once, neither loses the other's secret. */
async function lockWebhook(tx: Prisma.TransactionClient, id: string): Promise<WebhookSubscription> {
  await tx.$queryRaw`SELECT id FROM webhook_subscriptions WHERE id = ${id}::uuid FOR UPDATE`;
  const row = await tx.webhookSubscription.findUnique({ where: { id } });
  if (row === null) throw webhookNotFound();
  return row;
}
