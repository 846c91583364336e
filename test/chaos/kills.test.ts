import { eventually } from '../support/eventually';
import { startOwnStack, type OwnStack } from '../support/own-stack';
import { allMessages, newPerson, newRoom, type Message, type Person } from '../support/people';
import { RoomSocket } from '../support/room-socket';

let stack: OwnStack;
let alice: Person;

beforeAll(async () => {
  stack = await startOwnStack();
  alice = await newPerson(stack.apiUrl, 'Alice');
}, 300_000);

afterAll(() => stack.stop(), 120_000);

const slow = '[[fault: token-delay ms=100]] [[tokens: 40]]';
/** So long that whoever is killed in the middle is killed before its end, though the machine stand still for seconds. */
const slower = '[[fault: token-delay ms=300]] [[tokens: 40]]';

async function openRoom(): Promise<RoomSocket> {
  const room = await newRoom(alice, {
    agents: { [`Ada${String(Date.now())}`]: 'You are a patient teacher.' },
  });
  return RoomSocket.open(stack.apiUrl, alice, room.id);
}

async function ask(socket: RoomSocket, text: string): Promise<string> {
  const id = socket.send(text);
  const { turnId } = await socket.next('accepted', (frame) => frame.id === id, 120);
  return turnId ?? '';
}

/** The turn ends with one answer, stored once, and the room takes the next message. */
async function endsOnce(socket: RoomSocket, turnId: string, words: number): Promise<Message[]> {
  const stored = await eventually(
    'the answer is stored',
    async () => {
      const messages = await allMessages(alice, socket.roomId);
      return messages.some(({ author }) => author.kind === 'agent') && messages;
    },
    180,
  );
  const answers = stored.filter(({ author }) => author.kind === 'agent');
  expect(answers.map(({ text }) => text.split(' ').length)).toEqual([words]);
  const run = await eventually(
    'the run is recorded',
    async () => {
      const read = await alice.must<{ status: string }>('GET', `/runs/${turnId}`);
      return read.status === 'completed' && read;
    },
    60,
  );
  expect(run.status).toBe('completed');
  return stored;
}

/** Finished model calls by idempotency key. */
async function finishedCalls(): Promise<Record<string, number>> {
  const response = await fetch(`${stack.modelUrl}/_admin/calls`);
  const { byKey } = (await response.json()) as { byKey: Record<string, { finished: number }> };
  return Object.fromEntries(Object.entries(byKey).map(([key, { finished }]) => [key, finished]));
}

test('the worker is killed while an agent answers: another attempt resets the text and answers once', async () => {
  const socket = await openRoom();
  const turnId = await ask(socket, slower);
  await socket.next('message.delta');
  stack.kill('worker');
  await endsOnce(socket, turnId, 40);
  expect((await socket.next('message.reset')).attempt).toBeGreaterThan(1);
  expect((await finishedCalls())[`${turnId}/1/answer`]).toBe(1);
  socket.close();
}, 480_000);

test('the API is killed while somebody posts: what was sent is accepted in the end, once', async () => {
  const socket = await openRoom();
  const first = await ask(socket, '[[tokens: 3]]');
  const ids = Array.from({ length: 20 }, (_, index) => socket.send(`thanks ${String(index)}`));
  stack.kill('api');
  await eventually('all are accepted', () => ids.every((id) => socket.accepted.has(id)), 180);
  const stored = await eventually(
    'all are stored',
    async () => {
      const messages = await allMessages(alice, socket.roomId);
      return ids.every((id) => messages.some((message) => message.id === id)) && messages;
    },
    90,
  );
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
  expect(new Set(stored.map(({ id }) => id)).size).toBe(stored.length);
  expect(first).not.toBe('');
  socket.close();
}, 480_000);

test('Redis is killed: the epoch changes, clients read history, and the conversation goes on', async () => {
  const socket = await openRoom();
  const before = await socket.next('hello');
  const turnId = await ask(socket, slow);
  await socket.next('message.delta');
  stack.kill('redis');
  await endsOnce(socket, turnId, 40);
  const after = await socket.next('hello', ({ epoch }) => epoch !== before.epoch, 120);
  expect(after.recovered).toBe(false);
  await eventually('the client has both messages', () => socket.messages.length === 2, 90);
  const second = await ask(socket, '[[reply: live again]]');
  await socket.next('turn.finished', (frame) => frame.turnId === second, 120);
  await eventually('the answer is shown', () => socket.messages.at(-1)?.text === 'live again');
  socket.close();
}, 480_000);

test('Temporal is killed during a turn: it goes on after the restart', async () => {
  const socket = await openRoom();
  const turnId = await ask(socket, slow);
  await socket.next('message.delta');
  stack.kill('temporal');
  await endsOnce(socket, turnId, 40);
  expect((await finishedCalls())[`${turnId}/1/answer`]).toBeGreaterThanOrEqual(1);
  socket.close();
}, 480_000);

test('Postgres is killed during a turn: the answer is stored once it is back', async () => {
  const socket = await openRoom();
  const turnId = await ask(socket, slow);
  await socket.next('message.delta');
  stack.kill('postgres');
  await endsOnce(socket, turnId, 40);
  expect((await finishedCalls())[`${turnId}/1/answer`]).toBeGreaterThanOrEqual(1);
  socket.close();
}, 480_000);
