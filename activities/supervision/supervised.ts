import { CancelledFailure, Context } from '@temporalio/activity';
import { startHeartbeat } from './heartbeat';

/** Runs an activity with heartbeats; an abort becomes the cancellation it was. */
export async function supervised<R>(work: (context: Context) => Promise<R>): Promise<R> {
  const context = Context.current();
  const stop = startHeartbeat(context);
  try {
    return await work(context);
  } catch (error) {
    if (context.cancellationSignal.aborted) throw new CancelledFailure('CANCELLED');
    throw error;
  } finally {
    stop();
  }
}
