import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { buildServer } from '../../../apps/api/server';
import { attachSockets, type SocketOptions } from '../../../apps/api/sockets/attach-sockets';
import { loadSettings } from '../../../infra/config/load-settings';
import { createDatabase, type Database } from '../../../infra/database/client';
import { createLogger } from '../../../infra/logger/logger';
import { createRedis, createSubscriber } from '../../../infra/redis/client';
import { createRedisRelay } from '../../../infra/relay/redis-relay';
import type { Relay } from '../../../infra/relay/relay';
import { createClaimCheck } from '../../../infra/temporal/claim-check';
import { createTemporalClient } from '../../../infra/temporal/client';
import type { RoomGateway } from '../../../infra/temporal/room-gateway';
import { createRoomGateway } from '../../../infra/temporal/temporal-room-gateway';
import { createRunGateway } from '../../../infra/temporal/temporal-run-gateway';
import { createTriggerGateway } from '../../../infra/temporal/temporal-trigger-gateway';
import { createTriggerSchedules } from '../../../infra/temporal/temporal-trigger-schedules';
import { createWebhookGateway } from '../../../infra/temporal/temporal-webhook-gateway';
import type { ClientFrame, ServerFrame } from '../../../workflows/contracts/events';
import { eventually } from '../../support/eventually';
import type { Person } from '../../support/people';

// What is waited for takes several times as long while other tests have the machine.
jest.setTimeout(120_000);

/** An API with its WebSockets in this process, on the servers of the test run. */
export interface SocketApi {
  readonly url: string;
  readonly database: Database;
  readonly relay: Relay;
  stop(): Promise<void>;
}

export interface SocketApiOptions {
  env?: Record<string, string>;
  sockets?: Partial<SocketOptions>;
  /** What stands between its sockets and the rooms' workflows. */
  between?: (rooms: RoomGateway) => RoomGateway;
}

export async function startSocketApi({
  env = {},
  sockets = {},
  between = (rooms) => rooms,
}: SocketApiOptions = {}): Promise<SocketApi> {
  const settings = loadSettings({
    ...process.env,
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    REQUESTS_PER_MINUTE: '1000000',
    MESSAGES_PER_MINUTE: '1000000',
    ...env,
  });
  const redisUrl = settings.REDIS_URL ?? '';
  const database = createDatabase(settings.DATABASE_URL ?? '', 5);
  const redis = createRedis(redisUrl);
  const subscriber = createSubscriber(redisUrl);
  // Some tests kill it.
  for (const connection of [redis, subscriber]) connection.on('error', () => undefined);
  const temporal = createTemporalClient(
    { address: settings.TEMPORAL_ADDRESS ?? '', namespace: settings.TEMPORAL_NAMESPACE },
    [createClaimCheck(database)],
  );
  const relay = createRedisRelay(redis, { streamLength: settings.RELAY_STREAM_LENGTH });
  const api = buildServer({
    settings,
    secretKey: settings.SECRET_KEY ?? '',
    database,
    redis,
    subscriber,
    relay,
    rooms: between(createRoomGateway(temporal)),
    runs: createRunGateway(temporal),
    triggers: createTriggerGateway(temporal),
    schedules: createTriggerSchedules(temporal),
    webhooks: createWebhookGateway(temporal, createLogger('test', 'silent')),
    temporal: { check: () => Promise.resolve() },
    logger: createLogger('api', settings.LOG_LEVEL),
    attachSockets: (services, server) => attachSockets(services, server, sockets),
  });
  await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((api.server.address() as AddressInfo).port)}`,
    database,
    relay,
    async stop() {
      await api.close();
      redis.disconnect();
      subscriber.disconnect();
      await Promise.all([database.$disconnect(), temporal.connection.close()]);
    },
  };
}

type FrameOf<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>;

/** One bare connection: what it gets, nothing added. */
export interface Client {
  readonly ws: WebSocket;
  readonly frames: ServerFrame[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  write(frame: ClientFrame): void;
  ofType<Type extends ServerFrame['type']>(type: Type): FrameOf<Type>[];
  next<Type extends ServerFrame['type']>(
    type: Type,
    which?: (frame: FrameOf<Type>) => boolean,
  ): Promise<FrameOf<Type>>;
}

export interface ConnectOptions {
  /** Appended to the address, with its question mark. */
  query?: string;
  headers?: Record<string, string>;
  /** Answer pings; default true. */
  autoPong?: boolean;
  /** Frames written the moment the connection opens. */
  early?: ClientFrame[];
}

export const bearer = ({ token }: Person): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Connects; does not wait for `hello`. */
export function connect(url: string, path: string, options: ConnectOptions = {}): Client {
  const { query = '', headers = {}, autoPong = true, early = [] } = options;
  const ws = new WebSocket(url.replace('http', 'ws') + path + query, { headers, autoPong });
  const frames: ServerFrame[] = [];
  ws.on('error', () => undefined); // `closed` tells.
  ws.on('open', () => early.forEach((frame) => ws.send(JSON.stringify(frame))));
  ws.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as ServerFrame));
  const closed = new Promise<number>((resolve) => ws.once('close', (code) => resolve(code)));
  const ofType = <Type extends ServerFrame['type']>(type: Type): FrameOf<Type>[] =>
    frames.filter((frame): frame is FrameOf<Type> => frame.type === type);
  return {
    ws,
    frames,
    closed,
    write: (frame) => ws.send(JSON.stringify(frame)),
    ofType,
    next: (type, which = () => true) => eventually(type, () => ofType(type).find(which)),
  };
}

/** Joins a room and waits for `hello`. */
export async function join(
  url: string,
  person: Person,
  roomId: string,
  options?: ConnectOptions,
): Promise<Client> {
  const headers = { ...bearer(person), ...options?.headers };
  const client = connect(url, `/ws/rooms/${roomId}`, { ...options, headers });
  await client.next('hello');
  return client;
}

/** What the server answers to a request that does not become a WebSocket. */
export function refusal(
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; code: string; type: string }> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(url.replace('http', 'ws') + path, { headers });
    ws.on('open', () => reject(new Error('It was not refused.')));
    ws.on('error', reject);
    ws.on('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        const { code } = JSON.parse(body) as { code: string };
        resolve({ status: response.statusCode ?? 0, code, type: response.headers['content-type'] ?? '' });
      });
    });
  });
}
