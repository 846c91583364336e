import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { createRedis } from '../../../infra/redis/client';
import { roomChannel } from '../../../infra/relay/relay';
import type { ChannelEvent } from '../../../workflows/contracts/events';
import { eventually } from '../../support/eventually';
import { startOwnRedis, type OwnRedis } from '../../support/own-redis';
import { newPerson, newRoom, type Person } from '../../support/people';
import { bearer, connect, join, startSocketApi, type Client, type SocketApi } from './socket-fixture';

let redis: OwnRedis;
let apis: SocketApi[];
let ada: Person;

beforeAll(async () => {
  redis = await startOwnRedis();
  const options = { env: { REDIS_URL: redis.url }, sockets: { repairSeconds: 1, presenceSeconds: 1 } };
  apis = await Promise.all([startSocketApi(options), startSocketApi(options)]);
  ada = await newPerson(apis[0]?.url ?? '', 'Ada');
});

afterAll(async () => {
  await Promise.all(apis.map((api) => api.stop()));
  await redis.remove();
});

const updated = (id: string, name: string): ChannelEvent => ({
  type: 'room.updated',
  room: { id, name, turnPolicy: 'enqueue', agentReplies: 'auto' },
});

/** Who is there, by the newest hello and what came after it. */
function onlineFor(client: Client): { userId: string; name: string }[] {
  const frames = client.frames.slice(client.frames.findLastIndex(({ type }) => type === 'hello'));
  const online = new Map<string, string>();
  for (const frame of frames) {
    if (frame.type === 'hello') frame.online.forEach(({ userId, name }) => online.set(userId, name));
    if (frame.type === 'presence' && frame.online) online.set(frame.userId, frame.name);
    if (frame.type === 'presence' && !frame.online) online.delete(frame.userId);
  }
  return [...online].map(([userId, name]) => ({ userId, name }));
}

test('Redis is killed and comes back: sockets stay open, all are told to read history, and events flow again', async () => {
  const [one, two] = apis as [SocketApi, SocketApi];
  const { id } = await newRoom(ada);
  const clients = await Promise.all([join(one.url, ada, id), join(one.url, ada, id), join(two.url, ada, id)]);
  await one.relay.publish(roomChannel(id), [updated(id, 'before')]);
  for (const client of clients) await client.next('room.updated', ({ room }) => room.name === 'before');

  await redis.kill();
  const messageId = randomUUID();
  // Sending needs Temporal, not Redis.
  clients[0].write({ type: 'send', id: messageId, text: 'while Redis is away' });
  expect(await clients[0].next('accepted')).toMatchObject({ id: messageId });
  await redis.start();

  for (const client of clients) await eventually('a second hello', () => client.ofType('hello').length === 2);
  await two.relay.publish(roomChannel(id), [updated(id, 'after')]);
  for (const client of clients) {
    await client.next('room.updated', ({ room }) => room.name === 'after');
    const [before, after] = client.ofType('hello');
    expect(after).toMatchObject({ recovered: false, offset: 0 });
    expect(after?.epoch).not.toBe(before?.epoch);
    // Redis may have lost its last second, and hears of it again.
    await eventually('Ada is there', () => onlineFor(client).length > 0);
    expect(onlineFor(client)).toEqual([{ userId: ada.id, name: 'Ada' }]);
    expect(client.ofType('room.updated').map(({ offset }) => offset)).toEqual([1, 1]);
    client.ws.close();
  }
});

test('a channel that vanishes without a restart is noticed too', async () => {
  const [one] = apis as [SocketApi];
  const { id } = await newRoom(ada);
  const client = await join(one.url, ada, id);
  await one.relay.publish(roomChannel(id), [updated(id, 'before')]);
  await client.next('room.updated');
  const admin = createRedis(redis.url);
  await admin.flushall();
  admin.disconnect();
  await eventually('a second hello', () => client.ofType('hello').length === 2);
  expect(client.ofType('hello')[1]).toMatchObject({ recovered: false });
  client.ws.close();
});

test('who comes while Redis is away is asked to try again', async () => {
  const [one] = apis as [SocketApi];
  const { id } = await newRoom(ada);
  await redis.kill();
  const client = connect(one.url, `/ws/rooms/${id}`, { headers: bearer(ada) });
  expect(await client.closed).toBe(1013);
  await redis.start();
  await eventually('it works again', async () => {
    const again = connect(one.url, `/ws/rooms/${id}`, { headers: bearer(ada) });
    await eventually(
      'an answer',
      () => again.ofType('hello').length > 0 || again.ws.readyState === WebSocket.CLOSED,
    );
    again.ws.close();
    return again.ofType('hello').length > 0;
  });
});
