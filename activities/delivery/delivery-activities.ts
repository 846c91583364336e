import type { Settings } from '../../infra/config/settings';
import type { Database } from '../../infra/database/client';
import type { Logger } from '../../infra/logger/logger';
import type { SecretBox } from '../../infra/secrets/secret-box';
import type { DeliveryActivities } from '../../workflows/contracts/webhooks';

export interface DeliveryDeps {
  database: Database;
  secrets: SecretBox;
  settings: Pick<
    Settings,
    | 'OUTBOUND_ALLOWED'
    | 'WEBHOOK_TIMEOUT_SECONDS'
    | 'WEBHOOK_RETRY_INITIAL_SECONDS'
    | 'WEBHOOK_RETRY_MAX_SECONDS'
    | 'WEBHOOK_RETRY_HOURS'
  >;
  logger: Logger;
}

/** Activities of the `delivery` queue. */
export function createDeliveryActivities(deps: DeliveryDeps): DeliveryActivities {
  void deps;
  return {} as never;
}
