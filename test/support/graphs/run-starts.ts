import type { Client } from '@temporalio/client';
import { createRunRecorder } from '../../../activities/runs/run-recorder';
import { createRunStarts, type RunStarts } from '../../../apps/api/runs/start-run';
import { loadSettings } from '../../../infra/config/load-settings';
import type { Database } from '../../../infra/database/client';
import { createLogger } from '../../../infra/logger/logger';
import { createRedis } from '../../../infra/redis/client';
import { createRedisRelay } from '../../../infra/relay/redis-relay';
import type { RunGateway } from '../../../infra/temporal/run-gateway';
import { createTriggerGateway } from '../../../infra/temporal/temporal-trigger-gateway';
import { createWebhookGateway } from '../../../infra/temporal/temporal-webhook-gateway';
import { createEventSender } from '../../../infra/triggers/event-sender';

export interface RunStartsOptions {
  database: Database;
  client: Client;
  runs: RunGateway;
  redisUrl: string;
  /** Of the product's processes. */
  env: Readonly<Record<string, string>>;
}

export interface OpenRunStarts {
  readonly starts: RunStarts;
  readonly close: () => void;
}

/** Starts runs as the API does, without one. */
export function openRunStarts({ database, client, runs, redisUrl, env }: RunStartsOptions): OpenRunStarts {
  const redis = createRedis(redisUrl);
  const logger = createLogger('test', 'warn');
  const recorder = createRunRecorder({
    ...{ database, logger, relay: createRedisRelay(redis, { streamLength: 1000 }) },
    events: createEventSender({ database, logger, triggers: createTriggerGateway(client) }),
    webhooks: createWebhookGateway(client, logger),
    policyRunEnded: () => undefined,
  });
  const starts = createRunStarts({ database, logger, settings: loadSettings(env), recorder, runs });
  return { starts, close: () => redis.disconnect() };
}
