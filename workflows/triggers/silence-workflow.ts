import { proxyActivities } from '@temporalio/workflow';
import type { SweepActivities, SweepResult } from '../contracts/triggers/activities';
import { sweepSeconds, type ScheduledTriggerInput } from '../contracts/triggers/host';
import { scheduledTime } from './scheduled-time';

const { sweepSilences } = proxyActivities<SweepActivities>({
  startToCloseTimeout: '60s',
  heartbeatTimeout: '20s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
});

/** One sweep of a silence policy: the rooms in which a silence is due before the next one are told to decide. */
export async function silenceWorkflow({ policyId }: ScheduledTriggerInput): Promise<SweepResult> {
  return sweepSilences({ policyId, until: scheduledTime() + sweepSeconds * 1000 });
}
