import { z } from 'zod';
import type { WebhookDelivery } from '../../../../prisma/generated/client';
import { webhookEventTypes, webhookPing } from '../../../../workflows/contracts/webhooks';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';

export const deliveryStatus = z
  .enum(['pending', 'delivered', 'dead'])
  .meta({ description: '`dead`: a dead letter, given up.', example: 'delivered' });

export const delivery = z
  .object({
    id: uuid(ids.delivery),
    webhookId: uuid(ids.webhook),
    eventId: uuid(ids.event).meta({ description: 'Header `webhook-id`: the same in a redelivery.' }),
    eventType: z.enum([...webhookEventTypes, webhookPing]),
    status: deliveryStatus,
    attempts: z.int().min(0),
    lastStatus: z.int().nullable().meta({ description: 'HTTP status of the last answer; null: none came.' }),
    lastError: z.string().nullable().meta({ description: 'What was wrong with the last attempt.' }),
    lastAttemptAt: timestamp.nullable(),
    sequence: z.int().min(0).nullable().meta({
      description: 'Place in the order that the receiver sees, from 0; given at the first attempt.',
    }),
    deliveredAt: timestamp.nullable(),
    createdAt: timestamp.meta({ description: 'When the event happened.' }),
  })
  .meta({ id: 'WebhookDelivery' });

export const deliveryDetail = delivery
  .extend({ payload: z.unknown().meta({ description: 'What is sent as `data`.' }) })
  .meta({ id: 'WebhookDeliveryDetail' });

export const deliveryExample: z.input<typeof delivery> = {
  id: ids.delivery,
  webhookId: ids.webhook,
  eventId: ids.event,
  eventType: 'run.completed',
  status: 'delivered',
  attempts: 2,
  lastStatus: 204,
  lastError: null,
  lastAttemptAt: at,
  sequence: 41,
  deliveredAt: at,
  createdAt: at,
};

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;

export function viewDelivery(row: Omit<WebhookDelivery, 'payload'>): z.input<typeof delivery> {
  const { id, subscriptionId: webhookId, eventId, attempts, lastStatus, lastError, sequence } = row;
  return {
    ...{ id, webhookId, eventId, attempts, lastStatus, lastError },
    eventType: delivery.shape.eventType.parse(row.eventType),
    status: deliveryStatus.parse(row.status),
    lastAttemptAt: iso(row.lastAttemptAt),
    sequence: sequence === null ? null : Number(sequence),
    deliveredAt: iso(row.deliveredAt),
    createdAt: row.createdAt.toISOString(),
  };
}
