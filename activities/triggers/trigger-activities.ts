import type { Database } from '../../infra/database/client';
import type { Logger } from '../../infra/logger/logger';
import type { Relay } from '../../infra/relay/relay';
import type { RunGateway } from '../../infra/temporal/run-gateway';
import type { TriggerGateway } from '../../infra/temporal/trigger-gateway';
import type { SchemaChecker } from '../../workflows/contracts/graph/catalogue';
import type { SweepActivities, TriggerActivities } from '../../workflows/contracts/triggers/activities';

export interface TriggerActivityDeps {
  database: Database;
  relay: Relay;
  schemas: SchemaChecker;
  triggers: TriggerGateway;
  runs: RunGateway;
  logger: Logger;
}

/** Activities of those who decide over events, on the `control` queue. */
export function createTriggerActivities(deps: TriggerActivityDeps): TriggerActivities & SweepActivities {
  void deps;
  return {} as never;
}
