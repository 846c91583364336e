import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
  type ActivityInterfaceFor,
} from '@temporalio/workflow';
import {
  deliveryFailures,
  webhookMessages,
  type DeadLetterCause,
  type DeliveryActivities,
  type NextDelivery,
  type RetryPlan,
  type WebhookWorkflowInput,
} from '../contracts/webhooks';

const wakeSignal = defineSignal(webhookMessages.wake);

/** How long it waits for more before it ends. */
const idleMs = 60_000;
/** What an attempt may take besides the call itself. */
const marginMs = 5000;

const { nextDelivery, bury } = proxyActivities<Pick<DeliveryActivities, 'nextDelivery' | 'bury'>>({
  taskQueue: 'delivery',
  startToCloseTimeout: '10s',
  retry: { maximumInterval: '30s' },
});

/** Attempts are Temporal's own retries, so that they survive everything and operators see them. */
const attempts = (plan: RetryPlan): ActivityInterfaceFor<Pick<DeliveryActivities, 'deliver'>> =>
  proxyActivities<Pick<DeliveryActivities, 'deliver'>>({
    taskQueue: 'delivery',
    startToCloseTimeout: plan.timeoutSeconds * 1000 + marginMs,
    scheduleToCloseTimeout: plan.hours * 3_600_000,
    retry: {
      initialInterval: plan.initialSeconds * 1000,
      backoffCoefficient: 2,
      maximumInterval: plan.maxSeconds * 1000,
    },
  });

/**
 * Delivers the events of one subscription, one after the other, in order. Ends when there is nothing to deliver for a
 * while, and at once after that when the subscription is disabled or gone; the next event starts it again.
 */
export async function webhookWorkflow(input: WebhookWorkflowInput): Promise<void> {
  let woken = false;
  setHandler(wakeSignal, () => {
    woken = true;
  });

  for (;;) {
    woken = false;
    const next = await nextDelivery(input.subscriptionId);
    if (next !== null) await deliverOrBury(next);
    // What woke it meanwhile needs no carrying: the next execution looks first of all.
    if (workflowInfo().continueAsNewSuggested) return continueAsNew<typeof webhookWorkflow>(input);
    if (next === null && !(await condition(() => woken, idleMs))) return;
  }
}

async function deliverOrBury({ deliveryId, eventType, plan }: NextDelivery): Promise<void> {
  setCurrentDetails(`Delivers \`${eventType}\`, delivery \`${deliveryId}\``);
  try {
    await attempts(plan).deliver.executeWithOptions({ summary: eventType }, [deliveryId]);
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    await bury.executeWithOptions({ summary: `${eventType}: dead letter` }, [deliveryId, causeOf(error)]);
  }
}

const causeOf = ({ cause }: ActivityFailure): DeadLetterCause =>
  cause instanceof ApplicationFailure && cause.type === deliveryFailures.refused ? 'refused' : 'expired';
