import type { Redis } from 'ioredis';
import type { Settings } from '../../../infra/config/settings';
import type { Database } from '../../../infra/database/client';
import type { Logger } from '../../../infra/logger/logger';
import type { Relay } from '../../../infra/relay/relay';
import type { SecretBox } from '../../../infra/secrets/secret-box';
import type { RoomGateway } from '../../../infra/temporal/room-gateway';
import type { RunGateway } from '../../../infra/temporal/run-gateway';
import type { TriggerGateway } from '../../../infra/temporal/trigger-gateway';
import type { TriggerSchedules } from '../../../infra/temporal/trigger-schedules';
import type { WebhookGateway } from '../../../infra/temporal/webhook-gateway';
import type { EventSender } from '../../../infra/triggers/event-sender';
import type { IdentityService } from '../identity/identity-service';
import type { RunFeed } from '../runs/run-feed';
import type { RunStarts } from '../runs/start-run';
import type { Limits } from './limits';

/** What the process hands to the API. */
export interface ApiDeps {
  settings: Settings;
  database: Database;
  /** For commands, not for subscriptions. */
  redis: Redis;
  /** For subscriptions (`createSubscriber`), of sockets and run feeds alike. */
  subscriber: Redis;
  relay: Relay;
  rooms: RoomGateway;
  runs: RunGateway;
  triggers: TriggerGateway;
  schedules: TriggerSchedules;
  webhooks: WebhookGateway;
  /** Resolves when Temporal answers; rejects with the reason when it does not. */
  temporal: { check(): Promise<void> };
  logger: Logger;
}

/** What a handler can use: its second argument. */
export interface ApiServices extends ApiDeps {
  identity: IdentityService;
  limits: Limits;
  feed: RunFeed;
  starts: RunStarts;
  secrets: SecretBox;
  events: EventSender;
}
