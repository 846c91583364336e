import type { AddressInfo } from 'node:net';
import { loadSettings, SettingsError } from '../../infra/config/load-settings';
import { readEnvironment } from '../../infra/config/read-environment';
import { requireSettings } from '../../infra/config/require-settings';
import { createDatabase } from '../../infra/database/client';
import { createLogger } from '../../infra/logger/logger';
import { createRedis, createSubscriber } from '../../infra/redis/client';
import { createRedisRelay } from '../../infra/relay/redis-relay';
import { SecretBoxError } from '../../infra/secrets/secret-box';
import { createClaimCheck } from '../../infra/temporal/claim-check';
import { createTemporalClient, probeTemporal } from '../../infra/temporal/client';
import { createRoomGateway } from '../../infra/temporal/temporal-room-gateway';
import { createRunGateway } from '../../infra/temporal/temporal-run-gateway';
import { createTriggerGateway } from '../../infra/temporal/temporal-trigger-gateway';
import { createTriggerSchedules } from '../../infra/temporal/temporal-trigger-schedules';
import { createWebhookGateway } from '../../infra/temporal/temporal-webhook-gateway';
import { buildServer } from './server';
import { attachSockets } from './sockets/attach-sockets';

/** How long a stopping process may take before it ends anyway, in milliseconds. */
const stopMs = 6000;
const probeMs = 2000;

/** Starts the API process. It needs none of its servers to be up yet: /health/ready tells when they are. */
async function main(): Promise<void> {
  const settings = requireSettings(loadSettings(readEnvironment()), [
    'DATABASE_URL',
    'REDIS_URL',
    'TEMPORAL_ADDRESS',
    'SECRET_KEY',
  ]);
  const logger = createLogger('api', settings.LOG_LEVEL);
  const database = createDatabase(settings.DATABASE_URL, settings.DATABASE_POOL_SIZE);
  const redis = createRedis(settings.REDIS_URL);
  const subscriber = createSubscriber(settings.REDIS_URL);
  for (const connection of [redis, subscriber]) {
    connection.on('error', (error) => logger.warn({ err: error }, 'redis connection'));
  }
  const client = createTemporalClient(
    { address: settings.TEMPORAL_ADDRESS, namespace: settings.TEMPORAL_NAMESPACE },
    [createClaimCheck(database)],
  );
  const api = buildServer({
    settings,
    secretKey: settings.SECRET_KEY,
    database,
    redis,
    subscriber,
    relay: createRedisRelay(redis, { streamLength: settings.RELAY_STREAM_LENGTH }),
    rooms: createRoomGateway(client),
    runs: createRunGateway(client),
    triggers: createTriggerGateway(client),
    schedules: createTriggerSchedules(client),
    webhooks: createWebhookGateway(client, logger),
    temporal: { check: () => probeTemporal(client, probeMs) },
    logger,
    attachSockets,
  });

  await new Promise<void>((resolve, reject) => {
    api.server.once('error', reject);
    api.server.listen(settings.PORT, settings.HOST, resolve);
  });
  process.stdout.write(`${JSON.stringify({ listening: urlOf(api.server.address() as AddressInfo) })}\n`);

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      logger.error('connections did not close in time');
      process.exit(1);
    }, stopMs).unref();
    void (async () => {
      await api.close();
      redis.disconnect();
      subscriber.disconnect();
      await Promise.all([client.connection.close(), database.$disconnect()]);
    })().catch((error: unknown) => {
      logger.error({ err: error }, 'stopping failed');
      process.exit(1);
    });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function urlOf({ address, family, port }: AddressInfo): string {
  const host = family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}

main().catch((error: unknown) => {
  // Plain text: at this point a person reads it, and the logger may not exist yet.
  const plain =
    error instanceof SettingsError ||
    error instanceof SecretBoxError ||
    (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  process.stderr.write(`${plain ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(1);
});
