/** What subscriptions can ask for. */
export const webhookEventTypes = [
  'run.completed',
  'run.failed',
  'run.cancelled',
  'approval.requested',
  'approval.decided',
  'message.created',
  'violation.reported',
] as const;

export type WebhookEventType = (typeof webhookEventTypes)[number];

/** Sent when a subscription is tried out; nobody can ask for it. */
export const webhookPing = 'ping';

/** Types of failures of `deliver`. */
export const deliveryFailures = {
  /** To be tried again. */
  failed: 'delivery_failed',
  /** Another attempt is futile. */
  refused: 'delivery_refused',
} as const;

/** Delivers the events of one subscription, in order, while there are any. */
export const webhookWorkflowId = (subscriptionId: string): string => `webhook:${subscriptionId}`;
export const webhookWorkflowType = 'webhookWorkflow';

export const webhookMessages = {
  /** Signal without arguments: there is something to deliver. */
  wake: 'wake',
} as const;

export interface WebhookWorkflowInput {
  subscriptionId: string;
  workspaceId: string;
}

/** How deliveries are repeated; settings of the platform. */
export interface RetryPlan {
  /** Longest one attempt takes. */
  timeoutSeconds: number;
  /** Wait before the second attempt; each further wait is twice as long. */
  initialSeconds: number;
  maxSeconds: number;
  /** Longest that one delivery is tried, in hours. */
  hours: number;
}

export interface NextDelivery {
  deliveryId: string;
  eventType: string;
  plan: RetryPlan;
}

export type DeadLetterCause = 'expired' | 'refused';

/** On the `delivery` queue. */
export interface DeliveryActivities {
  /** The oldest delivery that is pending; null: none, or the subscription is disabled or gone. */
  nextDelivery(subscriptionId: string): Promise<NextDelivery | null>;
  /** One attempt. Throws ApplicationFailure `delivery_failed` to be tried again, `delivery_refused` when that is futile. */
  deliver(deliveryId: string): Promise<void>;
  /**
   * Makes it a dead letter, because it was tried for as long as it may be (`expired`) or is futile (`refused`). The
   * subscription is disabled when nothing came through for as long as that.
   */
  bury(deliveryId: string, cause: DeadLetterCause): Promise<void>;
}
