import type { WebhookDelivery, WebhookSubscription } from '../../prisma/generated/client';

/** A delivery that is to be sent now. */
export interface Attempt extends Omit<WebhookDelivery, 'sequence'> {
  sequence: number;
  subscription: WebhookSubscription;
}

/** How one attempt went. */
export interface Outcome {
  /** null: there was no answer. */
  status: number | null;
  /** What went wrong, for people; null: it was delivered. */
  error: string | null;
  /** Another attempt would fail too. */
  futile?: boolean;
  /** The receiver's own wish, in milliseconds. */
  retryAfterMs?: number;
}
