import type { SweepActivities, TriggerActivities } from '../../workflows/contracts/triggers/activities';
import { supervised } from '../supervision/supervised';
import { readHost, readTimer } from './read-host';
import { recordDecisions, type DecisionDeps } from './record-decisions';
import { sweepSilences, type SweepDeps } from './sweep-silences';

export type TriggerActivityDeps = DecisionDeps & SweepDeps;

/** Activities of those who decide over events, on the `control` queue. */
export function createTriggerActivities(deps: TriggerActivityDeps): TriggerActivities & SweepActivities {
  const { database } = deps;
  return {
    readHost: (host) => readHost(database, host),
    recordDecisions: (batch) => recordDecisions(deps, batch),
    readTimer: (policyId) => readTimer(database, policyId),
    sweepSilences: (sweep) => supervised(() => sweepSilences(deps, sweep)),
  };
}
