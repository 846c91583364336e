import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import { productVersion } from '../../infra/config/product-version';
import type { Settings } from '../../infra/config/settings';
import type { Database } from '../../infra/database/client';
import type { Logger } from '../../infra/logger/logger';
import { createGuardedFetch } from '../../infra/outbound/guarded-fetch';
import type { SecretBox } from '../../infra/secrets/secret-box';
import {
  deliveryFailures,
  type DeliveryActivities,
  type RetryPlan,
} from '../../workflows/contracts/webhooks';
import type { Outcome } from './attempt';
import { beginAttempt, buryDelivery, disable, recordAttempt, type Disabled } from './delivery-records';
import { send } from './send';

export interface DeliveryDeps {
  database: Database;
  secrets: SecretBox;
  settings: Pick<
    Settings,
    | 'OUTBOUND_ALLOWED'
    | 'WEBHOOK_TIMEOUT_SECONDS'
    | 'WEBHOOK_RETRY_INITIAL_SECONDS'
    | 'WEBHOOK_RETRY_MAX_SECONDS'
    | 'WEBHOOK_RETRY_HOURS'
  >;
  logger: Logger;
}

/** Activities of the `delivery` queue. */
export function createDeliveryActivities({
  database,
  secrets,
  settings,
  logger,
}: DeliveryDeps): DeliveryActivities {
  const plan = planOf(settings);
  const sending = {
    guard: createGuardedFetch(settings.OUTBOUND_ALLOWED),
    secrets,
    userAgent: `CoAgent/${productVersion()}`,
    timeoutMs: plan.timeoutSeconds * 1000,
  };
  const tell = (disabled: Disabled | null): void => {
    if (disabled !== null) logger.warn(disabled, 'A webhook was disabled');
  };

  return {
    async nextDelivery(subscriptionId) {
      const next = await database.webhookDelivery.findFirst({
        where: { subscriptionId, status: 'pending', subscription: { enabled: true } },
        orderBy: { position: 'asc' },
        select: { id: true, eventType: true },
      });
      return next && { deliveryId: next.id, eventType: next.eventType, plan };
    },

    async deliver(deliveryId) {
      const attempt = await beginAttempt(database, deliveryId);
      if (attempt === null) return;
      const at = new Date();
      const outcome = await send(attempt, at, cancellationSignal(), sending);
      await recordAttempt(database, attempt, outcome, at);
      if (outcome.error === null) return;
      if (outcome.status === 410) tell(await disable(database, attempt, outcome.error));
      throw failureOf(outcome, outcome.error, plan);
    },

    async bury(deliveryId, cause) {
      tell(await buryDelivery(database, deliveryId, cause, plan.hours * 3_600_000));
    },
  };
}

const planOf = (settings: DeliveryDeps['settings']): RetryPlan => ({
  timeoutSeconds: settings.WEBHOOK_TIMEOUT_SECONDS,
  initialSeconds: settings.WEBHOOK_RETRY_INITIAL_SECONDS,
  maxSeconds: Math.max(settings.WEBHOOK_RETRY_INITIAL_SECONDS, settings.WEBHOOK_RETRY_MAX_SECONDS),
  hours: settings.WEBHOOK_RETRY_HOURS,
});

function failureOf(
  { futile = false, retryAfterMs }: Outcome,
  message: string,
  { initialSeconds, maxSeconds }: RetryPlan,
): ApplicationFailure {
  const wish = retryAfterMs !== undefined && Math.max(retryAfterMs, initialSeconds * 1000);
  return ApplicationFailure.create({
    type: futile ? deliveryFailures.refused : deliveryFailures.failed,
    message,
    nonRetryable: futile,
    ...(wish !== false && { nextRetryDelay: Math.min(wish, maxSeconds * 1000) }),
  });
}
