import { proxyActivities, type ActivityOptions } from '@temporalio/workflow';

/** Calls one activity, as a run workflow would. */
export async function callActivity(
  name: string,
  args: unknown[],
  options: ActivityOptions,
): Promise<unknown> {
  const activities = proxyActivities<Record<string, (...args: unknown[]) => Promise<unknown>>>({
    startToCloseTimeout: '45s',
    // A process that stands still for a while is no reason to call twice.
    heartbeatTimeout: '30s',
    retry: { initialInterval: '50ms', backoffCoefficient: 1 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    ...options,
  });
  return activities[name]?.(...args);
}
