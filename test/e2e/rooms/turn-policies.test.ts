import { startTestApp, type TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { newPerson, newRoom, type Person } from '../../support/people';
import { RoomSocket } from '../../support/room-socket';

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startTestApp();
  alice = await newPerson(app.apiUrl, 'Alice');
});

afterAll(() => app.stop());

const slow = '[[fault: token-delay ms=150]] [[tokens: 40]]';
/** Goes on while much else happens on a slow machine. */
const slower = '[[fault: token-delay ms=150]] [[tokens: 100]]';
/** Does not end by itself while a test lasts. */
const endless = '[[fault: token-delay ms=200]] [[tokens: 1000]]';
const quick = '[[reply: quick]]';

async function roomWith(turnPolicy: string): Promise<RoomSocket> {
  const room = await newRoom(alice, { agents: { Ada: 'You are a patient teacher.' }, turnPolicy });
  return RoomSocket.open(app.apiUrl, alice, room.id);
}

/** Sends and waits until the turn is running and its first words are out. */
async function startTurn(socket: RoomSocket, text: string): Promise<string> {
  const id = socket.send(text);
  const { turnId } = await socket.next('accepted', (frame) => frame.id === id);
  await socket.next('message.delta');
  return turnId ?? '';
}

async function abortedCalls(): Promise<number> {
  const response = await fetch(`${app.modelUrl}/_admin/calls`);
  return ((await response.json()) as { aborted: number }).aborted;
}

test('enqueue: the second turn begins when the first has ended', async () => {
  const socket = await roomWith('enqueue');
  const first = await startTurn(socket, slow);
  const id = socket.send(quick);
  const { turnId: second } = await socket.next('accepted', (frame) => frame.id === id);
  await socket.next('message.created', ({ message }) => message.id === id);
  await socket.next('turn.finished', ({ turnId }) => turnId === second);
  const order = socket.frames.flatMap((frame) =>
    frame.type === 'turn.started' || frame.type === 'turn.finished' ? [`${frame.type} ${frame.turnId}`] : [],
  );
  expect(order).toEqual([
    `turn.started ${first}`,
    `turn.finished ${first}`,
    `turn.started ${String(second)}`,
    `turn.finished ${String(second)}`,
  ]);
  socket.close();
});

test('interrupt: the new message ends the running turn, whose partial text is void', async () => {
  const socket = await roomWith('interrupt');
  const first = await startTurn(socket, endless);
  const id = socket.send(quick);
  const { turnId: second } = await socket.next('accepted', (frame) => frame.id === id);
  expect(await socket.next('turn.cancelled', ({ turnId }) => turnId === first)).toMatchObject({
    by: 'Alice',
  });
  await socket.next('turn.finished', ({ turnId }) => turnId === second);
  expect(socket.frames.some((frame) => frame.type === 'message.reset' && frame.attempt === 0)).toBe(true);
  expect(socket.messages.filter(({ author }) => author.kind === 'agent').map(({ text }) => text)).toEqual([
    'quick',
  ]);
  socket.close();
});

test('reject: a message during a turn is refused by either way, taken afterwards, and its resend is no new one', async () => {
  const socket = await roomWith('reject');
  const first = await startTurn(socket, slower);
  const id = socket.send(quick);
  expect(await socket.next('error', (frame) => frame.id === id)).toMatchObject({ code: 'turn_in_progress' });
  const posted = await alice.call<{ code: string }>('POST', `/rooms/${socket.roomId}/messages`, {
    text: quick,
  });
  expect([posted.status, posted.body.code]).toEqual([409, 'turn_in_progress']);
  await socket.next('turn.finished', ({ turnId }) => turnId === first, 90);
  await eventually(
    'taken',
    async () =>
      (await alice.call('POST', `/rooms/${socket.roomId}/messages`, { id, text: quick })).status === 202,
  );
  const resent = await alice.call('POST', `/rooms/${socket.roomId}/messages`, { id, text: quick });
  expect(resent.status).toBe(202);
  await socket.next('message.created', ({ message }) => message.id === id);
  expect(socket.messages.filter(({ author }) => author.kind === 'user')).toHaveLength(2);
  socket.close();
});

test('parallel: turns run side by side', async () => {
  const socket = await roomWith('parallel');
  const first = await startTurn(socket, slower);
  const id = socket.send(quick);
  const { turnId: second } = await socket.next('accepted', (frame) => frame.id === id);
  await socket.next('turn.finished', ({ turnId }) => turnId === second);
  expect(socket.frames.some((frame) => frame.type === 'turn.finished' && frame.turnId === first)).toBe(false);
  await socket.next('turn.finished', ({ turnId }) => turnId === first, 90);
  socket.close();
});

test('cancel: a running turn ends within a few seconds and the model call with it', async () => {
  const socket = await roomWith('enqueue');
  const first = await startTurn(socket, endless);
  // Other tests have aborted calls too.
  const before = await abortedCalls();
  socket.write({ type: 'cancel', turnId: first });
  await socket.next('turn.cancelled', ({ turnId }) => turnId === first, 20);
  await eventually('the model call is aborted', async () => (await abortedCalls()) > before);
  expect(socket.messages).toHaveLength(1);
  await eventually('nothing runs', async () => {
    const state = await alice.must<{ running: unknown[] }>('GET', `/rooms/${socket.roomId}/state`);
    return state.running.length === 0;
  });
  socket.close();
});

test('cancel: a turn that still waits never begins', async () => {
  const socket = await roomWith('enqueue');
  const first = await startTurn(socket, slower);
  const id = socket.send(quick);
  const { turnId: second } = await socket.next('accepted', (frame) => frame.id === id);
  await socket.next('message.created', ({ message }) => message.id === id);
  socket.write({ type: 'cancel', turnId: second ?? '' });
  await socket.next('turn.cancelled', ({ turnId }) => turnId === second);
  await socket.next('turn.finished', ({ turnId }) => turnId === first, 90);
  expect(socket.frames.some((frame) => frame.type === 'turn.started' && frame.turnId === second)).toBe(false);
  socket.close();
});
