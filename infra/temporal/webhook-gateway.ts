/** How processes tell that there is something to deliver to a subscriber. */
export interface WebhookGateway {
  /**
   * Starts the subscription's deliveries, or tells those that are under way to look again. Never throws: what is not told
   * is found by the next look of the workers (every few seconds).
   */
  wake(subscriptions: readonly { subscriptionId: string; workspaceId: string }[]): void;
}
