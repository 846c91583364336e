import { startQueuedFirings, type QueuedFiringDeps } from '../../activities/triggers/queued-firings';
import { cancelSurplusRuns, type SurplusRunDeps } from '../../activities/triggers/surplus-runs';
import type { Database } from '../../infra/database/client';
import type { TriggerGateway } from '../../infra/temporal/trigger-gateway';
import type { WebhookGateway } from '../../infra/temporal/webhook-gateway';
import { sendEvents } from '../../infra/triggers/event-sender';
import { sentEventOf } from '../../infra/triggers/record-event';
import { purgeTriggers } from './purge-triggers';
import { repeat } from './repeat';

export interface ReconcileTriggersDeps extends QueuedFiringDeps, SurplusRunDeps {
  triggers: TriggerGateway;
  webhooks: WebhookGateway;
}

const intervalMs = 5000;
const purgeMs = 3_600_000;
/** Less often: each time is a line in the history of a run that takes its time to end. */
const surplusMs = 60_000;
/** An event that is unsent for longer was stored, but the process that stored it died or Temporal was away. */
const unsentMs = 3000;
const mostEvents = 200;
/** A delivery that is not tried for longer: nobody told its subscription's workflow of it. */
const untriedMs = 5000;
/**
 * One that was tried last before this time is not under way any more, whatever the waits between attempts. When nothing has
 * failed since its subscription was enabled, it is the one that waited meanwhile, and `untriedMs` counts for it too.
 */
const forgottenMs = 25 * 3_600_000;
/** Subscriptions are woken less and less often while nothing comes of it: each time is a line in a history. */
const longestWaitMs = 600_000;

/**
 * Brings to its end what was stored for trigger policies and webhooks but not told, now and every five seconds; and once
 * an hour removes what is old. Doing it twice changes nothing, so any number of processes may.
 * @returns stops it.
 */
export function keepTriggersReconciled(deps: ReconcileTriggersDeps): () => void {
  const wakeSubscriptions = createSubscriptionWaker(deps);
  const tasks: [what: string, everyMs: number, task: () => Promise<void>][] = [
    ['Unsent events', intervalMs, () => sendUnsentEvents(deps)],
    ['Queued firings', intervalMs, () => startQueuedFirings(deps)],
    ['Surplus runs', surplusMs, () => cancelSurplusRuns(deps)],
    ['Webhook subscriptions', intervalMs, wakeSubscriptions],
    ['Old events', purgeMs, () => purgeTriggers(deps.database)],
  ];
  const stops = tasks.map(([what, everyMs, task]) =>
    repeat(everyMs, task, (error) => {
      deps.logger.warn({ error }, `${what} will be looked at again in ${everyMs / 1000} seconds`);
    }),
  );
  return () => {
    for (const stop of stops) stop();
  };
}

/**
 * Sends the events that should have been sent by now, oldest first.
 * @throws TemporalUnavailableError
 */
export async function sendUnsentEvents({ database, triggers }: ReconcileTriggersDeps): Promise<void> {
  for (;;) {
    const unsent = await database.triggerEvent.findMany({
      where: { sentAt: null, createdAt: { lt: new Date(Date.now() - unsentMs) } },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      take: mostEvents,
    });
    await sendEvents({ database, triggers }, unsent.map(sentEventOf));
    if (unsent.length < mostEvents) return;
  }
}

/** @returns wakes the subscriptions whose oldest delivery nobody seems to be at work on. */
export function createSubscriptionWaker({
  database,
  webhooks,
}: {
  database: Database;
  webhooks: WebhookGateway;
}): () => Promise<void> {
  let woken = new Map<string, { at: number; waitMs: number }>();

  return async () => {
    const now = Date.now();
    const untried = new Date(now - untriedMs);
    const asleep = await database.$queryRaw<{ subscriptionId: string; workspaceId: string }[]>`
      SELECT subscription.id AS "subscriptionId", subscription.workspace_id AS "workspaceId"
      FROM webhook_subscriptions subscription
      CROSS JOIN LATERAL (SELECT attempts, created_at, last_attempt_at FROM webhook_deliveries
        WHERE subscription_id = subscription.id AND status = 'pending' ORDER BY position LIMIT 1) AS oldest
      WHERE subscription.enabled AND CASE
        WHEN oldest.attempts = 0 THEN oldest.created_at < ${untried}::timestamptz
        WHEN subscription.failing_since IS NULL THEN oldest.last_attempt_at < ${untried}::timestamptz
        ELSE oldest.last_attempt_at < ${new Date(now - forgottenMs)}::timestamptz END`;
    const due = asleep.filter(({ subscriptionId }) => {
      const last = woken.get(subscriptionId);
      return !last || now - last.at >= last.waitMs;
    });
    webhooks.wake(due);
    const before = woken;
    woken = new Map(
      asleep.flatMap(({ subscriptionId: id }) => {
        const last = before.get(id);
        return last ? [[id, last] as const] : [];
      }),
    );
    for (const { subscriptionId } of due) {
      const waitMs = Math.min(longestWaitMs, 2 * (before.get(subscriptionId)?.waitMs ?? intervalMs));
      woken.set(subscriptionId, { at: now, waitMs });
    }
  };
}
