import type { Database } from '../../infra/database/client';
import type { Prisma, WebhookSubscription } from '../../prisma/generated/client';
import type { DeadLetterCause } from '../../workflows/contracts/webhooks';
import type { Attempt, Outcome } from './attempt';

/** A subscription that was disabled, and why. */
export interface Disabled {
  webhookId: string;
  workspaceId: string;
  reason: string;
}

/**
 * Gives the delivery its place in the order that the receiver sees, at its first attempt.
 * @returns null when there is nothing to send: it was delivered or buried, or the subscription is disabled or gone.
 */
export function beginAttempt(database: Database, deliveryId: string): Promise<Attempt | null> {
  return database.$transaction(async (tx) => {
    const delivery = await lockDelivery(tx, deliveryId);
    if (delivery?.status !== 'pending' || !delivery.subscription.enabled) return null;
    if (delivery.sequence !== null) return { ...delivery, sequence: Number(delivery.sequence) };
    const { sequence: next } = await tx.webhookSubscription.update({
      where: { id: delivery.subscriptionId },
      data: { sequence: { increment: 1 } },
      select: { sequence: true },
    });
    const sequence = next - 1n;
    await tx.webhookDelivery.update({ where: { id: deliveryId }, data: { sequence } });
    return { ...delivery, sequence: Number(sequence) };
  });
}

/** Records how an attempt that began at `at` went, unless the delivery came to its end meanwhile. */
export function recordAttempt(
  database: Database,
  { id, subscriptionId }: Attempt,
  { status, error }: Outcome,
  at: Date,
): Promise<void> {
  const isDelivered = error === null;
  return database.$transaction(async (tx) => {
    const { count } = await tx.webhookDelivery.updateMany({
      where: { id, status: 'pending' },
      data: {
        ...{ attempts: { increment: 1 }, lastStatus: status, lastError: error, lastAttemptAt: at },
        ...(isDelivered && { status: 'delivered', deliveredAt: new Date() }),
      },
    });
    if (count === 0) return;
    await tx.webhookSubscription.updateMany({
      where: { id: subscriptionId, failingSince: isDelivered ? { not: null } : null },
      data: { failingSince: isDelivered ? null : at },
    });
  });
}

/** @returns null when it is disabled already. */
export function disable(database: Database, attempt: Attempt, reason: string): Promise<Disabled | null> {
  return database.$transaction((tx) => disableIn(tx, attempt.subscription, reason));
}

/**
 * Makes a delivery a dead letter.
 * @param longMs how long a subscription may fail before it is disabled.
 * @returns the subscription, when it was disabled.
 */
export function buryDelivery(
  database: Database,
  deliveryId: string,
  cause: DeadLetterCause,
  longMs: number,
): Promise<Disabled | null> {
  return database.$transaction(async (tx) => {
    const delivery = await lockDelivery(tx, deliveryId);
    if (delivery?.status !== 'pending') return null;
    const lastError = delivery.lastError ?? 'It could not be tried in time.';
    await tx.webhookDelivery.update({ where: { id: deliveryId }, data: { status: 'dead', lastError } });
    const { failingSince } = delivery.subscription;
    if (failingSince === null) return null;
    // The last wait ends before the time does, so an expired delivery says by itself that it was long.
    const isLong = cause === 'expired' || Date.now() - failingSince.getTime() >= longMs;
    if (!isLong) return null;
    const reason = `Nothing came through since ${failingSince.toISOString()}. ${lastError}`;
    return disableIn(tx, delivery.subscription, reason);
  });
}

async function lockDelivery(tx: Prisma.TransactionClient, deliveryId: string) {
  await tx.$queryRaw`SELECT id FROM webhook_deliveries WHERE id = ${deliveryId}::uuid FOR UPDATE`;
  return tx.webhookDelivery.findUnique({ where: { id: deliveryId }, include: { subscription: true } });
}

async function disableIn(
  tx: Prisma.TransactionClient,
  { id: webhookId, workspaceId }: WebhookSubscription,
  reason: string,
): Promise<Disabled | null> {
  const { count } = await tx.webhookSubscription.updateMany({
    where: { id: webhookId, enabled: true },
    data: { enabled: false, disabledAt: new Date(), disabledReason: reason },
  });
  if (count === 0) return null;
  await tx.auditEvent.create({
    data: {
      ...{ action: 'webhook_disabled', actorId: null, workspaceId },
      ...{ targetKind: 'webhook', targetId: webhookId, data: { reason } },
    },
  });
  return { webhookId, workspaceId, reason };
}
