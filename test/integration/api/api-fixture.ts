import { randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Route } from '../../../apps/api/http/route';
import { buildServer, type ApiServer } from '../../../apps/api/server';
import { loadSettings } from '../../../infra/config/load-settings';
import { createDatabase, type Database } from '../../../infra/database/client';
import { createLogger } from '../../../infra/logger/logger';
import { createRedis, createSubscriber } from '../../../infra/redis/client';
import { createRedisRelay } from '../../../infra/relay/redis-relay';
import { createClaimCheck } from '../../../infra/temporal/claim-check';
import { createTemporalClient, probeTemporal } from '../../../infra/temporal/client';
import { createRoomGateway } from '../../../infra/temporal/temporal-room-gateway';
import { createRunGateway } from '../../../infra/temporal/temporal-run-gateway';
import { createTriggerGateway } from '../../../infra/temporal/temporal-trigger-gateway';
import { createTriggerSchedules } from '../../../infra/temporal/temporal-trigger-schedules';
import { createWebhookGateway } from '../../../infra/temporal/temporal-webhook-gateway';
import { patient } from '../../support/patient';

export const secretKey = randomBytes(32).toString('base64');
export const password = 'correct horse battery staple';

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

export interface TestApi extends ApiServer {
  url: string;
  database: Database;
  /**
   * Sends a request below /api/v1 (or to a path that begins with `//`, without the prefix). A body that is no text is
   * sent as JSON. Unless told otherwise, every call comes from the address of this API's tests, so that limits of other
   * tests do not meet.
   */
  call<T = Record<string, never>>(method: string, path: string, options?: CallOptions): Promise<Answer<T>>;
  /** Also happens by itself after the tests of the file. */
  stop(): Promise<void>;
}

export interface CallOptions {
  body?: unknown;
  token?: string;
  headers?: Record<string, string>;
}

export interface TestApiOptions {
  env?: Record<string, string>;
  routes?: readonly Route[];
}

/** A random address of the range for documentation. */
export const newAddress = (): string =>
  `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}::1`;

const stops: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));

/** Nothing listens on port 1. */
const nowhere = '127.0.0.1:1';

/**
 * The API of the product in this process, listening on a port of its own, on the servers of the test run.
 */
export async function startTestApi({ env = {}, routes }: TestApiOptions = {}): Promise<TestApi> {
  const settings = loadSettings({
    // Tests of the API alone need no Temporal.
    TEMPORAL_ADDRESS: nowhere,
    ...process.env,
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    TRUST_PROXY: 'true',
    REQUESTS_PER_MINUTE: '1000000',
    ...env,
  });
  if (!settings.DATABASE_URL || !settings.REDIS_URL)
    throw new Error('DATABASE_URL and REDIS_URL are set by `npm test`.');
  const database = createDatabase(settings.DATABASE_URL, 5);
  const redis = createRedis(settings.REDIS_URL);
  const subscriber = createSubscriber(settings.REDIS_URL);
  subscriber.on('error', () => undefined);
  // Some tests point it at nothing. Limits count in memory until the first connection, so wait for it.
  await new Promise<void>((resolve) => {
    redis.once('ready', resolve);
    redis.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ETIMEDOUT') resolve();
    });
  });
  const temporal = createTemporalClient(
    { address: settings.TEMPORAL_ADDRESS ?? '', namespace: settings.TEMPORAL_NAMESPACE },
    [createClaimCheck(database)],
  );
  const asked: typeof patient = settings.TEMPORAL_ADDRESS === nowhere ? (gateway) => gateway : patient;
  const schedules = createTriggerSchedules(temporal);
  const api = buildServer({
    settings,
    secretKey,
    database,
    redis,
    subscriber,
    relay: createRedisRelay(redis, { streamLength: 100 }),
    rooms: asked(createRoomGateway(temporal)),
    runs: asked(createRunGateway(temporal)),
    triggers: createTriggerGateway(temporal),
    schedules: { ...asked(schedules), list: () => schedules.list() },
    webhooks: createWebhookGateway(temporal, createLogger('test', 'silent')),
    temporal: { check: () => probeTemporal(temporal, 1000) },
    logger: createLogger('api', settings.LOG_LEVEL),
    ...(routes === undefined ? {} : { routes }),
  });
  await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
  let stopped: Promise<unknown> | null = null;
  const stop = async (): Promise<void> => {
    stopped ??= api.close().then(() => {
      redis.disconnect();
      subscriber.disconnect();
      return Promise.all([database.$disconnect(), temporal.connection.close()]);
    });
    await stopped;
  };
  stops.push(stop);
  const url = `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`;
  const address = newAddress();
  return {
    ...api,
    url,
    database,
    stop,
    call: async (method: string, path: string, { body, token, headers = {} }: CallOptions = {}) => {
      const json = body !== undefined && typeof body !== 'string';
      const response = await fetch(url + (path.startsWith('//') ? path.slice(1) : `/api/v1${path}`), {
        method,
        redirect: 'manual',
        headers: {
          'x-forwarded-for': address,
          ...(json ? { 'content-type': 'application/json' } : {}),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      return {
        status: response.status,
        headers: response.headers,
        body: (isJson && text !== '' ? JSON.parse(text) : text) as never,
      };
    },
  };
}

export interface Account {
  id: string;
  email: string;
  name: string;
  workspaceId: string;
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  token_type: string;
}

export async function register(api: TestApi, name = 'Ada Lovelace'): Promise<Account> {
  const email = `${randomUUID()}@example.org`;
  const answer = await api.call<{ user: { id: string }; workspace: { workspaceId: string } }>(
    'POST',
    '/auth/register',
    {
      body: { email, password, name },
    },
  );
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return { id: answer.body.user.id, email, name, workspaceId: answer.body.workspace.workspaceId };
}

const form = (fields: Record<string, string>) => ({
  body: new URLSearchParams(fields).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
});

/** Asks for tokens by the password grant. */
export function requestToken(
  api: TestApi,
  username: string,
  secret = password,
  from: Record<string, string> = {},
) {
  const { body, headers } = form({ grant_type: 'password', username, password: secret });
  return api.call<Tokens>('POST', '/auth/token', { body, headers: { ...headers, ...from } });
}

export async function signIn(api: TestApi, { email }: { email: string }): Promise<Tokens> {
  const { status, body } = await requestToken(api, email);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
}

/** Somebody new, signed in. */
export async function newPerson(
  api: TestApi,
  name?: string,
): Promise<Account & { token: string; refreshToken: string }> {
  const account = await register(api, name);
  const tokens = await signIn(api, account);
  return { ...account, token: tokens.access_token, refreshToken: tokens.refresh_token };
}

/** Cookies of an answer as a browser would send them back: name → value, empty ones gone. */
export function cookiesOf(headers: Headers): Record<string, string> {
  const pairs = headers.getSetCookie().map((cookie) => (cookie.split(';')[0] ?? '').split('='));
  return Object.fromEntries(
    pairs.filter(([, value]) => value !== '').map(([name = '', value = '']) => [name, value]),
  );
}
