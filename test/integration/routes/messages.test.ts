import { randomUUID } from 'node:crypto';
import { eventually } from '../../support/eventually';
import { allMessages, newPerson, newRoom, type Message, type Person } from '../../support/people';
import { startProcess, type ProductProcess } from '../../support/processes';
import { startTestApi, type TestApi } from '../api/api-fixture';
import {
  colleague,
  memberIdOf,
  newRoomOf,
  refusal,
  storeMessages,
  type Failure,
  type Page,
} from './routes-fixture';

interface Taken {
  messageId: string;
  turnId: string | null;
}

let api: TestApi;
let worker: ProductProcess;
let ada: Person;
beforeAll(async () => {
  // Turns start and find no model: these tests are about messages.
  const env = {
    NODE_ENV: 'test',
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
    WORKER_QUEUES: 'control',
  };
  [api, worker] = await Promise.all([startTestApi(), startProcess('worker', env)]);
  ada = await newPerson(api.url, 'Ada');
});
afterAll(() => worker.stop());

const post = (by: Person, roomId: string, body: object): Promise<Taken> =>
  by.must('POST', `/rooms/${roomId}/messages`, body);

const stored = (person: Person, roomId: string, count: number): Promise<Message[]> =>
  eventually(
    `${String(count)} messages`,
    async () => {
      const messages = await allMessages(person, roomId);
      return messages.length >= count ? messages : null;
    },
    45,
  );

test('a message is taken at once and appears with its author, place and time', async () => {
  const roomId = await newRoomOf(ada);
  const { messageId, turnId } = await post(ada, roomId, { text: 'Hello?' });
  expect(turnId).toBeNull();
  const [message] = await stored(ada, roomId, 1);
  expect(message).toMatchObject({
    id: messageId,
    seq: 1,
    roomId,
    text: 'Hello?',
    author: { kind: 'user', id: ada.id, name: 'Ada' },
  });
  expect(Date.parse(message?.createdAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
  const room = await ada.must<{ lastSeq: number; unread: number }>('GET', `/rooms/${roomId}`);
  expect(room).toMatchObject({ lastSeq: 1, unread: 1 });
});

test('a message that agents answer names its turn', async () => {
  const room = await newRoom(ada, { agents: { [`Newton ${randomUUID()}`]: 'You help.' } });
  const id = randomUUID();
  const first = await post(ada, room.id, { id, text: 'Why does it fall?' });
  expect(first).toEqual({ messageId: id, turnId: expect.any(String) as string });
  expect(await post(ada, room.id, { id, text: 'Why does it fall?' })).toEqual(first);
  await ada.must('POST', `/rooms/${room.id}/turns/${first.turnId ?? ''}/cancel`);
});

test('the same message id is one message, sent one after the other or at once', async () => {
  const roomId = await newRoomOf(ada);
  const id = randomUUID();
  await Promise.all(Array.from({ length: 8 }, () => post(ada, roomId, { id, text: 'Once' })));
  expect(await post(ada, roomId, { id: id.toUpperCase(), text: 'Once' })).toMatchObject({ messageId: id });
  await post(ada, roomId, { text: 'End' });
  expect((await stored(ada, roomId, 2)).map(({ text }) => text)).toEqual(['Once', 'End']);
});

test('a message id belongs to one room and one author', async () => {
  const [roomId, other] = [await newRoomOf(ada), await newRoomOf(ada)];
  const ben = await colleague(api, ada, 'Ben');
  await ada.must('POST', `/rooms/${roomId}/members`, { userId: ben.id });
  const { messageId: id } = await post(ada, roomId, { text: 'Mine' });
  await stored(ada, roomId, 1);
  expect(await refusal(ada, 'POST', `/rooms/${other}/messages`, { id, text: 'x' })).toEqual([
    409,
    'message_id_taken',
  ]);
  expect(await refusal(ben, 'POST', `/rooms/${roomId}/messages`, { id, text: 'x' })).toEqual([
    409,
    'message_id_taken',
  ]);
});

test('an Idempotency-Key makes one message, also when the first answer was an error', async () => {
  const roomId = await newRoomOf(ada);
  const key = { 'idempotency-key': randomUUID() };
  const send = (): ReturnType<typeof ada.call<Taken>> =>
    ada.call<Taken>('POST', `/rooms/${roomId}/messages`, { text: 'Once' }, key);
  const first = await send();
  // As after a crash between taking the message and keeping the answer.
  await api.database.idempotencyKey.deleteMany({ where: { userId: ada.id } });
  const second = await send();
  expect([first.status, second.status]).toEqual([202, 202]);
  expect(second.body).toEqual(first.body);
  await post(ada, roomId, { text: 'End' });
  expect((await stored(ada, roomId, 2)).map(({ text }) => text)).toEqual(['Once', 'End']);
});

test('text is kept to the character, whatever it looks like', async () => {
  const roomId = await newRoomOf(ada);
  const texts = [
    "'; DROP TABLE messages; --",
    '<script>alert(1)</script> <img src=x onerror=alert(1)>',
    '{{7*7}} ${7*7} %s %00 \\u0000 \\',
    'Grüße, 你好, مرحبا, 👩‍👩‍👧‍👦 e\u0301 \u202Eabc',
    '  indented\n\tlines\r\nand blanks  ',
    'x'.repeat(16_000),
  ];
  for (const text of texts) await post(ada, roomId, { text });
  expect((await stored(ada, roomId, texts.length)).map(({ text }) => text)).toEqual(texts);
});

test.each([
  [{}, ['body.text']],
  [{ text: '' }, ['body.text']],
  [{ text: ' \n ' }, ['body.text']],
  [{ text: 'x'.repeat(16_001) }, ['body.text']],
  [{ text: 'a\u0000b' }, ['body.text']],
  [{ text: 'a\ud800b' }, ['body.text']],
  [
    { text: 7, id: 'one', mentions: 'all', replyTo: 1, colour: 'red' },
    ['body.colour', 'body.id', 'body.mentions', 'body.replyTo', 'body.text'],
  ],
  [{ text: 'x', mentions: ['Teacher'] }, ['body.mentions.0']],
  [{ text: 'x', mentions: [randomUUID()] }, ['body.mentions']],
])('message %# is refused, and every wrong field named', async (body, paths) => {
  const roomId = await newRoomOf(ada);
  const reply = await ada.call<Failure>('POST', `/rooms/${roomId}/messages`, body);
  expect([reply.status, reply.body.code]).toEqual([422, 'invalid_request']);
  expect(reply.body.errors?.map(({ path }) => path).sort()).toEqual(paths);
});

test('a message may mention members and reply to a message of the room', async () => {
  const [roomId, other] = [await newRoomOf(ada), await newRoomOf(ada)];
  const { messageId: replyTo } = await post(ada, roomId, { text: 'First' });
  const { messageId: elsewhere } = await post(ada, other, { text: 'Elsewhere' });
  await Promise.all([stored(ada, roomId, 1), stored(ada, other, 1)]);
  const mention = await memberIdOf(ada, roomId);
  await post(ada, roomId, { text: 'Second', replyTo, mentions: [mention, mention.toUpperCase()] });
  expect((await stored(ada, roomId, 2))[1]).toMatchObject({ replyTo, mentions: [mention] });
  for (const unknown of [elsewhere, randomUUID()]) {
    const body = { text: 'x', replyTo: unknown };
    expect(await refusal(ada, 'POST', `/rooms/${roomId}/messages`, body)).toEqual([404, 'message_not_found']);
  }
  const foreign = { text: 'x', mentions: [await memberIdOf(ada, other)] };
  expect(await refusal(ada, 'POST', `/rooms/${roomId}/messages`, foreign)).toEqual([422, 'invalid_request']);
});

test('an admin of the workspace reads a room but speaks only after joining', async () => {
  const ben = await colleague(api, ada, 'Ben');
  const created = await ben.call<{ id: string }>(
    'POST',
    '/rooms',
    { name: 'Ben’s' },
    { 'x-workspace-id': ada.workspaceId },
  );
  const path = `/rooms/${created.body.id}`;
  expect(await ada.must('GET', `${path}/messages`)).toEqual({ items: [], nextCursor: null });
  expect(await refusal(ada, 'POST', `${path}/messages`, { text: 'x' })).toEqual([403, 'forbidden']);
  await ada.must('POST', `${path}/members`, { userId: ada.id });
  await post(ada, created.body.id, { text: 'Now I may' });
});

test('messages are read forwards and backwards without gap or overlap', async () => {
  const roomId = await newRoomOf(ada);
  await storeMessages(api, roomId, ada, 25);
  const read = (query: string): Promise<Page<Message>> =>
    ada.must('GET', `/rooms/${roomId}/messages?${query}`);
  const seqs = ({ items }: Page<Message>): number[] => items.map(({ seq }) => seq);
  const range = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);

  const newest = await read('limit=10');
  expect([seqs(newest), newest.nextCursor]).toEqual([range(16, 25), '16']);
  const older = await read('limit=10&before=16');
  expect([seqs(older), older.nextCursor]).toEqual([range(6, 15), '6']);
  expect(await read('limit=10&cursor=16')).toEqual(older);
  const oldest = await read('limit=10&before=6');
  expect([seqs(oldest), oldest.nextCursor]).toEqual([range(1, 5), null]);

  const first = await read('after=0&limit=10');
  expect([seqs(first), first.nextCursor]).toEqual([range(1, 10), '10']);
  expect(seqs(await read('after=0&limit=10&cursor=10'))).toEqual(range(11, 20));
  const last = await read('after=20&limit=10');
  expect([seqs(last), last.nextCursor]).toEqual([range(21, 25), null]);
  expect(seqs(await read('after=3&before=7'))).toEqual([4, 5, 6]);
  expect(await read('after=25')).toEqual({ items: [], nextCursor: null });
});

test.each([
  'limit=0',
  'limit=201',
  'limit=ten',
  'after=-1',
  'before=1.5',
  'cursor=x',
  'after=99999999999',
  'after=1&after=2',
  'skip=3',
])('the query %s is refused', async (query) => {
  const roomId = await newRoomOf(ada);
  expect(await refusal(ada, 'GET', `/rooms/${roomId}/messages?${query}`)).toEqual([422, 'invalid_request']);
});

test('the policy reject refuses a message while a turn runs, but takes the same one again', async () => {
  const room = await newRoom(ada, {
    agents: { [`Newton ${randomUUID()}`]: 'You help.' },
    turnPolicy: 'reject',
  });
  const id = randomUUID();
  const first = await post(ada, room.id, { id, text: 'Why?' });
  expect(await refusal(ada, 'POST', `/rooms/${room.id}/messages`, { text: 'And?' })).toEqual([
    409,
    'turn_in_progress',
  ]);
  expect(await post(ada, room.id, { id, text: 'Why?' })).toEqual(first);

  const stateWith = (running: number) =>
    eventually(
      `a state with ${String(running)} running`,
      async () => {
        const now = await ada.must<{ running: object[] }>('GET', `/rooms/${room.id}/state`);
        return now.running.length === running && now;
      },
      45,
    );
  const state = await stateWith(1);
  expect(state).toMatchObject({
    lastSeq: 1,
    queued: 0,
    running: [{ turnId: first.turnId, messageId: id, answers: 0 }],
  });
  const cancelled = await ada.call('POST', `/rooms/${room.id}/turns/${first.turnId ?? ''}/cancel`);
  expect([cancelled.status, cancelled.body]).toEqual([202, { turnId: first.turnId }]);
  await eventually('the end of the turn', async () => {
    const run = await ada.must<{ status: string }>('GET', `/runs/${first.turnId ?? ''}`);
    return run.status === 'cancelled';
  });
  // The end is on record a moment before the room's workflow has heard of it.
  await stateWith(0);
  const next = await post(ada, room.id, { text: 'And now?' });
  await ada.must('POST', `/rooms/${room.id}/turns/${next.turnId ?? ''}/cancel`);
}, 180_000);

test('a turn of another room is not cancelled', async () => {
  const room = await newRoom(ada, { agents: { [`Newton ${randomUUID()}`]: 'You help.' } });
  const other = await newRoomOf(ada);
  const { turnId } = await post(ada, room.id, { text: 'Why?' });
  await eventually('the run', async () => (await ada.call('GET', `/runs/${turnId ?? ''}`)).status === 200);
  const path = `/rooms/${other}/turns/${turnId ?? ''}/cancel`;
  expect(await refusal(ada, 'POST', path)).toEqual([404, 'turn_not_found']);
  await ada.must('POST', `/rooms/${room.id}/turns/${turnId ?? ''}/cancel`);
});

test('a room without a workflow is idle', async () => {
  const roomId = await newRoomOf(ada);
  expect(await ada.must('GET', `/rooms/${roomId}/state`)).toEqual({
    lastSeq: 0,
    queued: 0,
    running: [],
    waiting: [],
  });
});

test('with Temporal away nothing is taken, and the client is told when to try again', async () => {
  const severed = await startTestApi({ env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  const eve = await newPerson(severed.url, 'Eve');
  const roomId = await newRoomOf(eve);
  const reply = await eve.call<Failure>('POST', `/rooms/${roomId}/messages`, { text: 'Hello?' });
  expect([reply.status, reply.body.code]).toEqual([503, 'temporal_unavailable']);
  expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await allMessages(eve, roomId)).toEqual([]);
});

test('more messages than a person may send in a minute are refused for a while', async () => {
  const slow = await startTestApi({ env: { MESSAGES_PER_MINUTE: '2' } });
  const eve = await newPerson(slow.url, 'Eve');
  const roomId = await newRoomOf(eve);
  await post(eve, roomId, { text: '1' });
  await post(eve, roomId, { text: '2' });
  const reply = await eve.call<Failure>('POST', `/rooms/${roomId}/messages`, { text: '3' });
  expect([reply.status, reply.body.code]).toEqual([429, 'rate_limited']);
  expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('messages of several people in parallel get places without a gap', async () => {
  const roomId = await newRoomOf(ada);
  const ben = await colleague(api, ada, 'Ben');
  await ada.must('POST', `/rooms/${roomId}/members`, { userId: ben.id });
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      post(index % 2 === 0 ? ada : ben, roomId, { text: `n${String(index)}` }),
    ),
  );
  const messages = await stored(ada, roomId, 40);
  expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  expect(new Set(messages.map(({ text }) => text)).size).toBe(40);
});
