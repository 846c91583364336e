import { roomChannel } from '../../../infra/relay/relay';
import type { ChannelEvent } from '../../../workflows/contracts/events';
import { eventually } from '../../support/eventually';
import { newPerson, newRoom, type Person } from '../../support/people';
import { follow } from './reconnecting-client';
import { join, startSocketApi, type SocketApi } from './socket-fixture';

let apis: SocketApi[];
let ada: Person;

const delta = (index: number, text = 'x'): ChannelEvent => ({
  type: 'message.delta',
  messageId: 'm',
  attempt: 1,
  index,
  text,
});

const oneTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** @param rest taken between every hundred. */
async function publishMany(
  roomId: string,
  count: number,
  rest: (sent: number) => Promise<unknown>,
): Promise<void> {
  for (let sent = 0; sent < count;) {
    const size = Math.min(count - sent, 1 + Math.floor(Math.random() * 10));
    const batch = Array.from({ length: size }, (_, index) => delta(sent + index));
    await apis[0]?.relay.publish(roomChannel(roomId), batch);
    sent += size;
    if (sent % 100 < size) await rest(sent);
  }
}

const urlOf = (index: number): string => apis[index % apis.length]?.url ?? '';

beforeAll(async () => {
  // Who is away for long on a slow machine is to miss no more than is kept and sent on return.
  const env = { RELAY_STREAM_LENGTH: '10000', SOCKET_MAX_BUFFERED_BYTES: '10000000' };
  apis = await Promise.all([startSocketApi({ env }), startSocketApi({ env })]);
  ada = await newPerson(urlOf(0), 'Ada');
});

afterAll(() => Promise.all(apis.map((api) => api.stop())));

test('5,000 events over random disconnects and two API processes: no gap, no double, one order for all', async () => {
  const { id } = await newRoom(ada);
  const clients = oneTo(6).map((start) => {
    let connection = start;
    return follow(() => urlOf((connection += 1)), ada, id);
  });
  await eventually('all are there', () => clients.every(({ hellos }) => hellos.length > 0));
  const dropping = setInterval(() => clients[Math.floor(Math.random() * clients.length)]?.drop(), 20);
  const steady = follow(() => urlOf(0), ada, id);
  await eventually('the steady one is there', () => steady.hellos.length > 0);
  const reconnects = (): number[] => clients.map(({ hellos }) => hellos.length - 1);
  await publishMany(id, 5000, async (sent) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const wanted = Math.floor(sent / 1000);
    await eventually('all have come back', () => reconnects().every((times) => times >= wanted), 60);
  });
  clearInterval(dropping);
  const everybody = [...clients, steady];
  await eventually('all have all', () => everybody.every(({ offsets }) => offsets.at(-1) === 5000), 60);
  for (const { offsets } of everybody) expect(offsets).toEqual(oneTo(5000));
  expect(Math.min(...reconnects())).toBeGreaterThan(3);
  expect(everybody.every(({ hellos }) => hellos.every((recovered) => recovered))).toBe(true);
  everybody.forEach((client) => client.close());
}, 240_000);

test('somebody who missed more than is kept is told to read history, and goes on from there', async () => {
  const small = await startSocketApi({ env: { RELAY_STREAM_LENGTH: '10' } });
  const { id } = await newRoom(ada);
  const first = await join(small.url, ada, id);
  await small.relay.publish(roomChannel(id), [delta(0)]);
  const { offset } = await first.next('message.delta');
  const { epoch } = await first.next('hello');
  first.ws.close();
  for (let index = 1; index < 300; index += 1) await small.relay.publish(roomChannel(id), [delta(index)]);
  const again = await join(small.url, ada, id, { query: `?epoch=${epoch}&offset=${String(offset)}` });
  expect(again.ofType('hello')[0]).toMatchObject({ recovered: false, epoch, offset: 300 });
  await small.relay.publish(roomChannel(id), [delta(300)]);
  expect(await again.next('message.delta')).toMatchObject({ offset: 301 });
  again.ws.close();
  await small.stop();
});

test('a range that is too much for one go is not sent either', async () => {
  const strict = await startSocketApi({ env: { SOCKET_MAX_BUFFERED_BYTES: '100000' } });
  const { id } = await newRoom(ada);
  const { epoch } = await strict.relay.publish(roomChannel(id), [delta(0)]);
  const big = [1, 2, 3].map((index) => delta(index, 'x'.repeat(20_000)));
  await strict.relay.publish(roomChannel(id), big);
  const resume = (offset: number) => ({ query: `?epoch=${epoch}&offset=${String(offset)}` });
  const far = await join(strict.url, ada, id, resume(1));
  expect(far.ofType('hello')[0]).toMatchObject({ recovered: false });
  const near = await join(strict.url, ada, id, resume(2));
  expect(near.ofType('hello')[0]).toMatchObject({ recovered: true });
  await eventually('both', () => near.ofType('message.delta').length === 2);
  [far, near].forEach(({ ws }) => ws.close());
  await strict.stop();
});

test('somebody who comes while an agent writes sees what it has written so far, and then the rest', async () => {
  const { id } = await newRoom(ada);
  const [{ relay, database }] = apis as [SocketApi, SocketApi];
  const ids = { turnId: crypto.randomUUID(), runId: crypto.randomUUID() };
  await database.run.create({
    data: { id: ids.turnId, workspaceId: ada.workspaceId, roomId: id, temporalId: 'w' },
  });
  const author = { kind: 'agent' as const, id: null, name: 'Teacher' };
  const piece = (index: number, text: string): ChannelEvent => delta(index, text);
  await relay.publish(roomChannel(id), [
    { type: 'turn.started', ...ids, messageId: 'question' },
    { type: 'turn.speaker', turnId: ids.turnId, messageId: 'm', author },
    piece(0, 'Leaves '),
    piece(1, 'are '),
  ]);
  const client = await join(urlOf(1), ada, id);
  await relay.publish(roomChannel(id), [piece(2, 'green.')]);
  await client.next('message.delta', ({ index }) => index === 2);
  expect(client.frames.filter((frame) => frame.type !== 'presence').map(({ type }) => type)).toEqual([
    'hello',
    'turn.started',
    'turn.speaker',
    'message.delta',
    'message.delta',
    'message.delta',
  ]);
  expect(client.ofType('hello')[0]).toMatchObject({ recovered: true, offset: 4 });
  expect(client.ofType('message.delta').map(({ text }) => text)).toEqual(['Leaves ', 'are ', 'green.']);
  client.ws.close();
});
