import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Prisma, WebhookDelivery, WebhookSubscription } from '../../../../prisma/generated/client';
import { webhookPing } from '../../../../workflows/contracts/webhooks';
import { ApiError } from '../../http/problems';
import { pageLimit } from '../../http/query';
import { defineRoute } from '../../http/route';
import type { ApiServices } from '../../http/services';
import { findDelivery, findWebhook } from '../../webhooks/find-webhook';
import { ids } from '../examples';
import { listOf, pageOf, uuid } from '../fields';
import { delivery, deliveryDetail, deliveryExample, deliveryStatus, viewDelivery } from './delivery-view';

const tags = ['webhooks'] as const;
const queued = {
  description: 'It is sent when what was before it has been.',
  schema: z.object({ deliveryId: uuid(ids.delivery) }),
  example: { deliveryId: ids.delivery },
};

export const pingWebhook = defineRoute(
  {
    method: 'POST',
    path: '/webhooks/{id}/ping',
    summary: 'Send a test event',
    description: `An event of type \`${webhookPing}\`, sent the same way as all others.`,
    tags,
    auth: 'user',
    params: { id: uuid(ids.webhook) },
    idempotent: true,
    responses: { 202: queued },
    errors: ['forbidden', 'webhook_not_found', 'webhook_disabled'],
  },
  async ({ params: { id }, user }, services) => {
    const subscription = await findWebhook(services.database, user, id);
    const payload = { webhookId: id, name: subscription.name };
    const event = { eventId: randomUUID(), eventType: webhookPing, payload };
    return { status: 202, body: await queue(services, subscription, event) };
  },
);

export const getDeliveries = defineRoute(
  {
    method: 'GET',
    path: '/webhooks/{id}/deliveries',
    summary: 'List the deliveries of a webhook',
    tags,
    auth: 'user',
    params: { id: uuid(ids.webhook) },
    query: {
      status: deliveryStatus.optional(),
      limit: pageLimit,
      cursor: z
        .string()
        .regex(/^\d{1,18}$/, 'must be the nextCursor of the page before')
        .transform(BigInt)
        .optional()
        .meta({ type: 'string', description: '`nextCursor` of the page before.', example: '4711' }),
    },
    responses: {
      200: {
        description: 'A page of deliveries, the newest first.',
        schema: listOf(delivery),
        example: { items: [deliveryExample], nextCursor: null },
      },
    },
    errors: ['forbidden', 'webhook_not_found'],
  },
  async ({ params: { id }, query: { status, limit, cursor }, user }, { database }) => {
    await findWebhook(database, user, id);
    const rows = await database.webhookDelivery.findMany({
      where: {
        subscriptionId: id,
        ...(status !== undefined && { status }),
        ...(cursor !== undefined && { position: { lt: cursor } }),
      },
      omit: { payload: true },
      orderBy: { position: 'desc' },
      take: limit + 1,
    });
    return { status: 200, body: pageOf(rows, limit, viewDelivery, ({ position }) => String(position)) };
  },
);

export const getDelivery = defineRoute(
  {
    method: 'GET',
    path: '/webhooks/deliveries/{id}',
    summary: 'Read a delivery',
    tags,
    auth: 'user',
    params: { id: uuid(ids.delivery) },
    responses: {
      200: {
        description: 'The delivery, with what is sent.',
        schema: deliveryDetail,
        example: { ...deliveryExample, payload: { runId: ids.run, workflowId: ids.workflow } },
      },
    },
    errors: ['forbidden', 'delivery_not_found'],
  },
  async ({ params: { id }, user }, { database }) => {
    const row = await findDelivery(database, user, id);
    return { status: 200, body: { ...viewDelivery(row), payload: row.payload } };
  },
);

export const redeliver = defineRoute(
  {
    method: 'POST',
    path: '/webhooks/deliveries/{id}/redeliver',
    summary: 'Send an event again',
    description:
      'As a new delivery at the end of the queue. It is the same event: `webhook-id` tells receivers.',
    tags,
    auth: 'user',
    params: { id: uuid(ids.delivery) },
    idempotent: true,
    responses: { 202: queued },
    errors: ['forbidden', 'delivery_not_found', 'delivery_pending', 'webhook_disabled'],
  },
  async ({ params: { id }, user }, services) => {
    const { subscription, ...row } = await findDelivery(services.database, user, id);
    if (row.status === 'pending')
      throw new ApiError('delivery_pending', 'The event is waiting to be sent already.');
    const { eventId, eventType, payload, createdAt } = row;
    const event = { eventId, eventType, payload: payload as Prisma.InputJsonValue, createdAt };
    return { status: 202, body: await queue(services, subscription, event) };
  },
);

type Event = Pick<WebhookDelivery, 'eventId' | 'eventType'> & {
  payload: Prisma.InputJsonValue;
  createdAt?: Date;
};

/** Puts an event at the end of the queue. @throws ApiError `webhook_disabled` */
async function queue(
  { database, webhooks }: ApiServices,
  { id: subscriptionId, workspaceId, enabled }: WebhookSubscription,
  event: Event,
): Promise<{ deliveryId: string }> {
  if (!enabled) throw new ApiError('webhook_disabled', 'The webhook is disabled. Enable it first.');
  const { id: deliveryId } = await database.webhookDelivery.create({ data: { subscriptionId, ...event } });
  webhooks.wake([{ subscriptionId, workspaceId }]);
  return { deliveryId };
}
