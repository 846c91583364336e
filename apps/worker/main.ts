import { existsSync } from 'node:fs';
import path from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { createOpenAIProvider } from '../../activities/models/openai-provider';
import { createRunRecorder } from '../../activities/runs/run-recorder';
import { startQueuedFirings } from '../../activities/triggers/queued-firings';
import { loadSettings, SettingsError } from '../../infra/config/load-settings';
import { readEnvironment } from '../../infra/config/read-environment';
import { requireSettings } from '../../infra/config/require-settings';
import { createDatabase } from '../../infra/database/client';
import { createSchemaChecker } from '../../infra/json-schema/schema-checker';
import { createLogger, type Logger } from '../../infra/logger/logger';
import { createRedis } from '../../infra/redis/client';
import { createRedisRelay } from '../../infra/relay/redis-relay';
import { createRoomActivityStore } from '../../infra/relay/room-activity';
import { createSecretBox } from '../../infra/secrets/secret-box';
import { createClaimCheck } from '../../infra/temporal/claim-check';
import { createTemporalClient } from '../../infra/temporal/client';
import { createRoomGateway } from '../../infra/temporal/temporal-room-gateway';
import { createRunGateway } from '../../infra/temporal/temporal-run-gateway';
import { createTriggerGateway } from '../../infra/temporal/temporal-trigger-gateway';
import { createTriggerSchedules } from '../../infra/temporal/temporal-trigger-schedules';
import { createWebhookGateway } from '../../infra/temporal/temporal-webhook-gateway';
import { createEventSender } from '../../infra/triggers/event-sender';
import { createWorkers } from './create-workers';
import { keepReadinessFile } from './readiness-file';
import { keepRunsReconciled } from './reconcile-runs';
import { keepTriggersReconciled } from './reconcile-triggers';
import { keepSchedulesReconciled } from './reconcile-schedules';

/** Connects, serves its task queues until SIGTERM or SIGINT, and lets running activities finish within the grace time. */
async function main(): Promise<void> {
  const settings = requireSettings(loadSettings(readEnvironment()), [
    'DATABASE_URL',
    'REDIS_URL',
    'TEMPORAL_ADDRESS',
    'OPENAI_API_KEY',
    'SECRET_KEY',
  ]);
  const logger = createLogger('worker', settings.LOG_LEVEL);
  Runtime.install({ logger: temporalLogger(logger), shutdownSignals: [] });

  const workflowBundle = settings.WORKER_BUNDLE ?? path.resolve(__dirname, '../../workflows.js');
  if (!existsSync(workflowBundle))
    throw new Error(`There is no workflow bundle at ${workflowBundle}: run \`npm run build\`.`);

  const database = createDatabase(settings.DATABASE_URL, settings.DATABASE_POOL_SIZE);
  const redis = createRedis(settings.REDIS_URL);
  redis.on('error', (error) => logger.warn({ error: error.message }, 'Redis connection'));
  const connection = await NativeConnection.connect({ address: settings.TEMPORAL_ADDRESS });
  const provider = createOpenAIProvider({
    apiKey: settings.OPENAI_API_KEY,
    timeoutMs: settings.MODEL_TIMEOUT_SECONDS * 1000,
    ...(settings.OPENAI_BASE_URL === undefined ? {} : { baseURL: settings.OPENAI_BASE_URL }),
  });
  const relay = createRedisRelay(redis, { streamLength: settings.RELAY_STREAM_LENGTH });
  const codec = createClaimCheck(database);
  const client = createTemporalClient(
    { address: settings.TEMPORAL_ADDRESS, namespace: settings.TEMPORAL_NAMESPACE },
    [codec],
  );
  const rooms = createRoomGateway(client);
  const runs = createRunGateway(client);
  const triggers = createTriggerGateway(client);
  const webhooks = createWebhookGateway(client, logger);
  const events = createEventSender({ database, triggers, logger });
  const recorder = createRunRecorder({
    ...{ database, relay, events, webhooks, logger },
    policyRunEnded(policyId) {
      startQueuedFirings({ database, relay, runs, logger }, policyId).catch((error: unknown) => {
        logger.warn({ error, policyId }, 'Queued firings will be looked at later');
      });
    },
  });
  const workers = await createWorkers({
    ...{ settings, connection, workflowBundle, codec, database, relay, recorder, provider, logger },
    ...{ rooms, runs, triggers, webhooks, events },
    activity: createRoomActivityStore({ redis, database }),
    secrets: createSecretBox(settings.SECRET_KEY),
    schemas: createSchemaChecker(),
  });

  const running = Promise.all(workers.map((worker) => worker.run()));
  const removeReadinessFile = keepReadinessFile(settings.DATA_DIR, workers);
  const stopReconciling = settings.WORKER_QUEUES.includes('control')
    ? [
        keepRunsReconciled({ database, client, runs, rooms, recorder, logger }),
        keepTriggersReconciled({ database, relay, runs, triggers, webhooks, recorder, logger }),
        keepSchedulesReconciled({ database, schedules: createTriggerSchedules(client), logger }),
      ]
    : [];
  stopOnSignal(workers, logger);
  process.stdout.write(`${JSON.stringify({ ready: true, queues: settings.WORKER_QUEUES })}\n`);
  await running;
  for (const stop of stopReconciling) stop();
  removeReadinessFile();
  await client.connection.close();
  await connection.close();
  redis.disconnect();
  await database.$disconnect();
}

function stopOnSignal(workers: readonly Worker[], logger: Logger): void {
  const stop = (signal: NodeJS.Signals): void => {
    logger.info({ signal }, 'Stopping');
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function temporalLogger(logger: Logger): DefaultLogger {
  return new DefaultLogger('INFO', ({ level, message, meta }) => {
    const write = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
    logger[write[level]](meta ?? {}, message);
  });
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof SettingsError ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = 1;
});
