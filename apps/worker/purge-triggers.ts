import type { Database } from '../../infra/database/client';

const dayMs = 86_400_000;
const eventDays = 7;
const deliveryDays = 30;
/** Firings kept of each policy. */
export const keptFirings = 10_000;

/** Removes events that were sent, firings beyond the newest of their policy, and deliveries that arrived. */
export async function purgeTriggers(database: Database): Promise<void> {
  const now = Date.now();
  await database.triggerEvent.deleteMany({ where: { sentAt: { lt: new Date(now - eventDays * dayMs) } } });
  await database.$executeRaw`
    DELETE FROM trigger_firings firing
    USING trigger_policies policy CROSS JOIN LATERAL (SELECT created_at FROM trigger_firings
      WHERE policy_id = policy.id ORDER BY created_at DESC OFFSET ${keptFirings} LIMIT 1) AS newest
    WHERE firing.policy_id = policy.id AND firing.created_at <= newest.created_at AND firing.status <> 'queued'`;
  await database.$executeRaw`
    DELETE FROM webhook_deliveries delivery USING webhook_subscriptions subscription
    WHERE delivery.subscription_id = subscription.id AND delivery.status = 'delivered'
      AND delivery.delivered_at < ${new Date(now - deliveryDays * dayMs)}::timestamptz`;
}
