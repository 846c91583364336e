import { startTestApp, type TestApp } from '../../support/app';
import { newPerson, newRoom, type Person } from '../../support/people';
import { RoomSocket } from '../../support/room-socket';

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startTestApp();
  alice = await newPerson(app.apiUrl, 'Alice');
});

afterAll(() => app.stop());

async function ask(text: string, model?: string): Promise<{ socket: RoomSocket; turnId: string }> {
  const room = await newRoom(alice, { agents: {} });
  const agent = await alice.must<{ id: string }>('POST', '/agents', {
    name: `Ada${room.id.slice(-6)}`,
    instructions: 'You are a teacher.',
    ...(model === undefined ? {} : { model }),
  });
  await alice.must('POST', `/rooms/${room.id}/members`, { agentId: agent.id });
  const socket = await RoomSocket.open(app.apiUrl, alice, room.id);
  const id = socket.send(text);
  const { turnId } = await socket.next('accepted', (frame) => frame.id === id);
  return { socket, turnId: turnId ?? '' };
}

test('an answer that breaks off is begun again: the partial text is reset and the whole answer follows', async () => {
  const { socket, turnId } = await ask('[[fault: cut-off times=1]] [[tokens: 30]]');
  const finished = await socket.next('turn.finished', (frame) => frame.turnId === turnId);
  expect(finished.answers).toBe(1);
  const reset = await socket.next('message.reset');
  expect(reset.attempt).toBe(2);
  const answer = socket.messages.at(-1);
  expect(answer?.text.split(' ')).toHaveLength(30);
  const again = socket.frames.filter((frame) => frame.type === 'message.delta' && frame.attempt === 2);
  expect(
    again
      .map((frame) => ('text' in frame ? frame.text : ''))
      .join('')
      .trim(),
  ).toBe(answer?.text);
  socket.close();
});

test('the provider’s own delay is honoured before the next attempt', async () => {
  const begun = Date.now();
  const { socket, turnId } = await ask('[[fault: 429 retry-after=2 times=1]] [[reply: late]]');
  await socket.next('turn.finished', (frame) => frame.turnId === turnId);
  expect(Date.now() - begun).toBeGreaterThanOrEqual(2000);
  expect(socket.messages.at(-1)?.text).toBe('late');
  socket.close();
});

test('a failure that lasts ends the turn with its code, and the room goes on', async () => {
  const { socket, turnId } = await ask('[[fault: 500]]');
  const failed = await socket.next('turn.failed', (frame) => frame.turnId === turnId, 120);
  expect(failed.error.code).toBe('model_overloaded');
  const run = await alice.must<{ status: string; error: { code: string } }>('GET', `/runs/${turnId}`);
  expect(run).toMatchObject({ status: 'failed', error: { code: 'model_overloaded' } });
  const next = socket.send('[[reply: still here]]');
  const { turnId: second } = await socket.next('accepted', (frame) => frame.id === next);
  await socket.next('turn.finished', (frame) => frame.turnId === second);
  expect(socket.messages.at(-1)?.text).toBe('still here');
  socket.close();
});

test('usage is recorded per turn', async () => {
  const { socket, turnId } = await ask('[[tokens: 12]]');
  await socket.next('turn.finished', (frame) => frame.turnId === turnId);
  const run = await alice.must<{ status: string; usage: { promptTokens: number; completionTokens: number } }>(
    'GET',
    `/runs/${turnId}`,
  );
  expect(run.status).toBe('completed');
  expect(run.usage.promptTokens).toBeGreaterThan(0);
  expect(run.usage.completionTokens).toBeGreaterThanOrEqual(12);
  socket.close();
});
