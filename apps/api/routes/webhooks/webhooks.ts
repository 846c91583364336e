import { z } from 'zod';
import { newSecret } from '../../../../infra/secrets/rotating-secrets';
import { defineRoute } from '../../http/route';
import { recordAudit } from '../../identity/audit';
import { auditEntryOf } from '../../webhooks/audit-entry';
import { checkWebhook } from '../../webhooks/check-webhook';
import { findWebhook } from '../../webhooks/find-webhook';
import { ids } from '../examples';
import { idPage, listOf, pageOf, uuid } from '../fields';
import { most, within } from '../limits';
import { lockWorkspace } from '../lock-workspace';
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

export const getWebhooks = defineRoute(
  {
    method: 'GET',
    path: '/webhooks',
    summary: 'List webhooks',
    tags,
    auth: 'user',
    workspace: 'webhook:manage',
    query: idPage,
    responses: {
      200: {
        description: 'A page of webhooks, the oldest first.',
        schema: listOf(webhook),
        example: { items: [webhookExample], nextCursor: null },
      },
    },
    errors: [],
  },
  async ({ query: { limit, cursor }, workspace }, { database }) => {
    const rows = await database.webhookSubscription.findMany({
      where: { workspaceId: workspace.id, ...(cursor === undefined ? {} : { id: { gt: cursor } }) },
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return { status: 200, body: pageOf(rows, limit, viewWebhook, ({ id }) => id) };
  },
);

export const createWebhook = defineRoute(
  {
    method: 'POST',
    path: '/webhooks',
    summary: 'Create a webhook',
    description: `From now on its events are sent to your server, in order, signed by the Standard Webhooks specification. A workspace has at most ${String(most.webhooksPerWorkspace)} webhooks.`,
    tags,
    auth: 'user',
    workspace: 'webhook:manage',
    idempotent: true,
    body: {
      schema: z.strictObject({
        name: webhookParts.name,
        url: webhookParts.url,
        eventTypes: webhookParts.eventTypes,
        roomId: webhookParts.roomId.default(null),
        enabled: webhookParts.enabled.default(true),
      }),
      example: {
        name: 'Our server',
        url: 'https://hooks.example.org/coagent',
        eventTypes: ['run.completed', 'run.failed'],
      },
    },
    responses: {
      201: {
        description: 'The webhook, with its secret.',
        schema: webhookWithSecret,
        example: withSecretExample,
      },
    },
    errors: ['limit_reached'],
  },
  async ({ body, user, workspace, ctx }, { database, settings, secrets }) => {
    await checkWebhook(database, settings.OUTBOUND_ALLOWED, workspace.id, body);
    const { secret, stored } = newSecret(secrets, new Date());
    const created = await database.$transaction(async (tx) => {
      await lockWorkspace(tx, workspace.id);
      const count = await tx.webhookSubscription.count({ where: { workspaceId: workspace.id } });
      within(most.webhooksPerWorkspace, count, 'webhooks in a workspace');
      const row = await tx.webhookSubscription.create({
        data: { ...body, workspaceId: workspace.id, secrets: [stored], createdById: user.userId },
      });
      await recordAudit(tx, {
        ...auditEntryOf(row, user.userId, ctx.ip),
        action: 'webhook_created',
        data: { url: row.url, eventTypes: row.eventTypes },
      });
      return row;
    });
    return { status: 201, body: { ...viewWebhook(created), secret } };
  },
);

export const getWebhook = defineRoute(
  {
    method: 'GET',
    path: '/webhooks/{id}',
    summary: 'Read a webhook',
    tags,
    auth: 'user',
    params,
    responses: { 200: { description: 'The webhook.', schema: webhook, example: webhookExample } },
    errors: ['forbidden', 'webhook_not_found'],
  },
  async ({ params: { id }, user }, { database }) => ({
    status: 200,
    body: viewWebhook(await findWebhook(database, user, id)),
  }),
);
