import { getDeliveries, getDelivery, pingWebhook, redeliver } from './deliveries';
import { deleteWebhook, rotateWebhookSecret, updateWebhook } from './webhook-changes';
import { createWebhook, getWebhook, getWebhooks } from './webhooks';

export const webhookRoutes = [
  getWebhooks,
  createWebhook,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  rotateWebhookSecret,
  pingWebhook,
  getDeliveries,
  getDelivery,
  redeliver,
];
