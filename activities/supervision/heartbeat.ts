import type { Context } from '@temporalio/activity';

/**
 * Tells Temporal every second that the activity is alive, and so learns of its cancellation.
 * @returns stops it.
 */
export function startHeartbeat(context: Context): () => void {
  context.heartbeat();
  const timer = setInterval(() => context.heartbeat(), 1000);
  return () => clearInterval(timer);
}
