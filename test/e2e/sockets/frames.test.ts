import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { closeCodes, maxFrameBytes, type ClientFrame } from '../../../workflows/contracts/events';
import { newPerson, newRoom, type Person } from '../../support/people';
import { join, startSocketApi, type Client, type SocketApi } from './socket-fixture';

let api: SocketApi;
let ada: Person;
let bob: Person;
let room: string;

beforeAll(async () => {
  api = await startSocketApi({ env: { SOCKET_FRAMES_PER_SECOND: '40', MESSAGE_MAX_CHARS: '20000' } });
  [ada, bob] = await Promise.all([newPerson(api.url, 'Ada'), newPerson(api.url, 'Bob')]);
  room = (await newRoom(ada, { people: [bob] })).id;
});

afterAll(() => api.stop());

const send = (text: string, more: Partial<Extract<ClientFrame, { type: 'send' }>> = {}): ClientFrame => ({
  type: 'send',
  id: randomUUID(),
  text,
  ...more,
});

/** It is still open and answers. */
async function expectAlive(client: Client): Promise<void> {
  const before = client.ofType('pong').length;
  client.write({ type: 'ping' });
  await client.next('pong', (frame) => client.ofType('pong').indexOf(frame) === before);
}

test('frames sent the moment the connection opens are all taken, in order, after hello', async () => {
  const early = [1, 2, 3, 4, 5].map((number) => send(`early ${String(number)}`));
  const client = await join(api.url, ada, room, { early });
  for (const frame of early) await client.next('accepted', ({ id }) => 'id' in frame && id === frame.id);
  expect(client.frames[0]?.type).toBe('hello');
  expect(client.ofType('accepted').map(({ id }) => id)).toEqual(
    early.map((frame) => 'id' in frame && frame.id),
  );
  client.ws.close();
});

test('a message without agents in the room starts no turn; the same id is accepted again', async () => {
  const client = await join(api.url, ada, room);
  const frame = send('hello');
  client.write(frame);
  client.write(frame);
  await client.next('accepted', (first) => client.ofType('accepted').indexOf(first) === 1);
  expect(client.ofType('accepted').map(({ turnId }) => turnId)).toEqual([null, null]);
  client.ws.close();
});

test('every frame that cannot be taken is answered by an error, and the connection lives on', async () => {
  const client = await join(api.url, ada, room);
  const id = randomUUID();
  const wrong: [unknown, string, string?][] = [
    ['{', 'malformed_frame'],
    ['', 'malformed_frame'],
    ['null', 'invalid_frame'],
    ['[]', 'invalid_frame'],
    [{ type: 'unknown' }, 'invalid_frame'],
    [{ type: 'ping', more: 1 }, 'invalid_frame'],
    [{ type: 'send', id: 'not a uuid', text: 'x' }, 'invalid_frame', 'not a uuid'],
    [{ type: 'send', id, text: 1 }, 'invalid_frame', id],
    [{ type: 'send', id, text: 'x', author: 'Bob' }, 'invalid_frame', id],
    [{ type: 'send', id, text: 'nul \u0000' }, 'invalid_frame', id],
    [`{"type":"send","id":"${id}","text":"half \\ud800"}`, 'invalid_frame', id],
    [{ type: 'send', id, text: '  ' }, 'invalid_request', id],
    [{ type: 'send', id, text: 'x'.repeat(20_001) }, 'invalid_request', id],
    [{ type: 'send', id, text: 'x', mentions: [randomUUID()] }, 'invalid_request', id],
    [{ type: 'send', id, text: 'x', replyTo: randomUUID() }, 'message_not_found', id],
    [{ type: 'read', seq: -1 }, 'invalid_frame'],
    [{ type: 'read', seq: 1e12 }, 'invalid_frame'],
    [{ type: 'cancel', turnId: 'x' }, 'invalid_frame'],
    [{ type: 'typing', on: 'yes' }, 'invalid_frame'],
  ];
  for (const [frame] of wrong) client.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  client.ws.send(Buffer.from('{"type":"ping"}'), { binary: true });
  await client.next('error', (frame) => client.ofType('error').indexOf(frame) === wrong.length);
  const got = client.ofType('error').map((frame) => [frame.code, frame.id]);
  const wanted = [...wrong.map(([, code, about]) => [code, about]), ['binary_frame', undefined]];
  const sorted = (list: unknown[]): string[] => list.map((entry) => JSON.stringify(entry)).sort();
  expect(sorted(got)).toEqual(sorted(wanted));
  await expectAlive(client);
  client.ws.close();
});

test('somebody else’s message id is not taken', async () => {
  const [one, other] = [await join(api.url, ada, room), await join(api.url, bob, room)];
  const id = randomUUID();
  await api.database.message.create({
    data: {
      id,
      roomId: room,
      seq: 1000,
      authorKind: 'user',
      authorId: ada.id,
      authorName: 'Ada',
      text: 'mine',
    },
  });
  other.write(send('theirs', { id }));
  expect(await other.next('error')).toMatchObject({ code: 'message_id_taken', id });
  one.write(send('again', { id: id.toUpperCase() }));
  expect((await one.next('accepted')).id).toBe(id);
  one.ws.close();
  other.ws.close();
});

test('a frame of exactly the limit is taken, a larger one closes with 4413', async () => {
  const client = await join(api.url, ada, room);
  const padded = (size: number): string => {
    const start = '{"type":"ping","pad":"';
    return `${start}${'x'.repeat(size - start.length - 2)}"}`;
  };
  client.ws.send(padded(maxFrameBytes));
  expect(await client.next('error')).toMatchObject({ code: 'invalid_frame' });
  await expectAlive(client);
  client.ws.send(padded(maxFrameBytes + 1));
  expect(await client.closed).toBe(closeCodes.frameTooLarge);
});

test('a burst of twice the rate is taken, more closes with 4429', async () => {
  const begun = performance.now();
  const client = await join(api.url, ada, room);
  const burst = (): void => {
    for (let count = 0; count < 80; count += 1) client.write({ type: 'ping' });
  };
  burst();
  await client.next('pong', (frame) => client.ofType('pong').indexOf(frame) === 79);
  // Whatever may be sent anew after a stall is used up too.
  while (client.ws.readyState === WebSocket.OPEN) {
    burst();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(await client.closed).toBe(closeCodes.tooManyFrames);
  const seconds = (performance.now() - begun) / 1000;
  expect(client.ofType('pong').length).toBeLessThanOrEqual(80 + 40 * seconds);
});

test('the limit of messages a minute is shared with POST', async () => {
  const strict = await startSocketApi({ env: { MESSAGES_PER_MINUTE: '3' } });
  const eve = await newPerson(strict.url, 'Eve');
  const { id } = await newRoom(eve);
  await eve.must('POST', `/rooms/${id}/messages`, { text: 'one' });
  const client = await join(strict.url, eve, id);
  for (const text of ['two', 'three', 'four']) client.write(send(text));
  // A refusal is told at once and may overtake what is accepted before it, which waits for Temporal.
  const refused = await client.next('error');
  expect(refused).toMatchObject({ code: 'rate_limited' });
  await client.next('accepted', (frame) => client.ofType('accepted').indexOf(frame) === 1);
  expect(client.ofType('accepted').map(({ id }) => id)).not.toContain(refused.id);
  const reply = await eve.call('POST', `/rooms/${id}/messages`, { text: 'five' });
  expect(reply.status).toBe(429);
  client.ws.close();
  await strict.stop();
});

test('while Temporal is away a message is refused by name, and nothing else suffers', async () => {
  const cut = await startSocketApi({ env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  const client = await join(cut.url, ada, room);
  const frame = send('hello');
  client.write(frame);
  client.write({ type: 'ping' });
  await client.next('pong');
  expect(await client.next('error')).toMatchObject({
    code: 'temporal_unavailable',
    id: 'id' in frame && frame.id,
  });
  await expectAlive(client);
  client.ws.close();
  await cut.stop();
});
