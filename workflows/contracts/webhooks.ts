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

/** On the `delivery` queue. */
export interface DeliveryActivities {
  /** The oldest delivery that is pending; null: none, or the subscription is disabled or gone. */
  nextDelivery(subscriptionId: string): Promise<NextDelivery | null>;
  /** One attempt. Throws ApplicationFailure `delivery_failed` to be tried again, `delivery_refused` when that is futile. */
  deliver(deliveryId: string): Promise<void>;
  /** It was tried for as long as it may be: a dead letter; the subscription is disabled when nothing came through meanwhile. */
  bury(deliveryId: string): Promise<void>;
}
