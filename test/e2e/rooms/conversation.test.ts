import { startTestApp, type TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { allMessages, newPerson, newRoom, type Person } from '../../support/people';
import { RoomSocket } from '../../support/room-socket';

let app: TestApp;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  app = await startTestApp();
  [alice, bob] = await Promise.all([newPerson(app.apiUrl, 'Alice'), newPerson(app.apiUrl, 'Bob')]);
});

afterAll(() => app.stop());

const teacher = 'You are a patient teacher.';
const student = 'You are a curious student.';

test('two people and two agents: everybody sees the same messages in the same order, streamed', async () => {
  const room = await newRoom(alice, { people: [bob], agents: { Ada: teacher, Ben: student } });
  const [ofAlice, ofBob] = await Promise.all(
    [alice, bob].map((person) => RoomSocket.open(app.apiUrl, person, room.id)),
  );
  if (!ofAlice || !ofBob) throw new Error('no sockets');

  const first = ofAlice.send('What makes a rainbow?');
  const { turnId } = await ofAlice.next('accepted', ({ id }) => id === first);
  const finished = await ofBob.next('turn.finished', (frame) => frame.turnId === turnId);
  expect(finished).toMatchObject({ reason: 'answered', answers: 2, runId: turnId });
  const thanks = ofBob.send('Thanks!');
  const { turnId: second } = await ofBob.next('accepted', ({ id }) => id === thanks);
  for (const socket of [ofAlice, ofBob])
    await socket.next('turn.finished', (frame) => frame.turnId === second);

  expect(ofBob.messages).toEqual(ofAlice.messages);
  expect(ofAlice.messages.slice(0, 4).map(({ seq, author }) => [seq, author.name])).toEqual([
    [1, 'Alice'],
    [2, 'Ada'],
    [3, 'Ben'],
    [4, 'Bob'],
  ]);
  for (const answer of ofAlice.messages.filter(({ author }) => author.kind === 'agent')) {
    const all = ofBob.frames.flatMap((frame) =>
      frame.type === 'message.delta' && frame.messageId === answer.id ? [frame] : [],
    );
    // An attempt that was taken for dead is begun again.
    const last = Math.max(...all.map(({ attempt }) => attempt));
    const deltas = all.filter(({ attempt }) => attempt === last);
    expect(deltas.map(({ index }) => index)).toEqual(deltas.map((_, index) => index));
    expect(
      deltas
        .map(({ text }) => text)
        .join('')
        .trim(),
    ).toBe(answer.text);
  }
  const offsets = ofBob.frames.flatMap((frame) =>
    'offset' in frame && frame.type !== 'hello' ? [frame.offset] : [],
  );
  expect(offsets).toEqual(offsets.map((_, index) => (offsets[0] ?? 0) + index));
  expect(await allMessages(bob, room.id)).toMatchObject(
    ofBob.messages.map(({ id, seq, text }) => ({ id, seq, text })),
  );
  ofAlice.close();
  ofBob.close();
});

test('only mentioned agents answer, in the order of their mention', async () => {
  const room = await newRoom(alice, { agents: { Cleo: teacher, Dan: student, Eve: student } });
  const socket = await RoomSocket.open(app.apiUrl, alice, room.id);
  const id = socket.send('@Eve and then @cleo: what is a prime number?');
  const { turnId } = await socket.next('accepted', (frame) => frame.id === id);
  await socket.next('turn.finished', (frame) => frame.turnId === turnId);
  expect(socket.messages.map(({ author }) => author.name)).toEqual(['Alice', 'Eve', 'Cleo']);
  const explicit = socket.send('And you?', { mentions: [room.agents.Dan ?? ''] });
  const second = await socket.next('accepted', (frame) => frame.id === explicit);
  await socket.next('turn.finished', (frame) => frame.turnId === second.turnId);
  expect(socket.messages.at(-1)?.author.name).toBe('Dan');
  socket.close();
});

test('in a room where agents answer only mentions, other messages start no turn', async () => {
  const room = await newRoom(alice, { agents: { Fay: teacher }, agentReplies: 'mentioned' });
  const quiet = await alice.must<{ turnId: string | null }>('POST', `/rooms/${room.id}/messages`, {
    text: 'Just us people',
  });
  expect(quiet.turnId).toBeNull();
  const addressed = await alice.must<{ turnId: string | null }>('POST', `/rooms/${room.id}/messages`, {
    text: 'Hi @Fay',
  });
  expect(addressed.turnId).not.toBeNull();
  const messages = await eventually('the answer', async () => {
    const all = await allMessages(alice, room.id);
    return all.length === 3 && all;
  });
  expect(messages.map(({ author }) => author.name)).toEqual(['Alice', 'Alice', 'Fay']);
});

test('TASK_COMPLETE ends a turn and is not shown; an answer that mentions another agent hands over', async () => {
  const room = await newRoom(alice, { agents: { Gus: teacher, Hal: student } });
  const socket = await RoomSocket.open(app.apiUrl, alice, room.id);
  const id = socket.send('@Gus [[reply: Done, thank you. TASK_COMPLETE]]');
  const { turnId } = await socket.next('accepted', (frame) => frame.id === id);
  expect(await socket.next('turn.finished', (frame) => frame.turnId === turnId)).toMatchObject({
    reason: 'task_complete',
    answers: 1,
  });
  expect(socket.messages.at(-1)).toMatchObject({ text: 'Done, thank you.', author: { name: 'Gus' } });

  const handOver = socket.send('@Gus [[reply: I think @Hal knows this better.]]');
  const second = await socket.next('accepted', (frame) => frame.id === handOver);
  expect(await socket.next('turn.finished', (frame) => frame.turnId === second.turnId)).toMatchObject({
    answers: 2,
  });
  expect(socket.messages.at(-1)?.author.name).toBe('Hal');
  socket.close();
});

test('the round limit ends a conversation of agents that would go on for ever', async () => {
  const room = await newRoom(alice, { agents: { Ida: teacher, Jon: student }, maxRounds: 3 });
  const socket = await RoomSocket.open(app.apiUrl, alice, room.id);
  const id = socket.send('@Ida [[mention: Jon]] [[mention: Ida]] talk to each other');
  const { turnId } = await socket.next('accepted', (frame) => frame.id === id);
  const finished = await socket.next('turn.finished', (frame) => frame.turnId === turnId);
  expect(finished.answers).toBeLessThanOrEqual(3);
  socket.close();
});

test('the same message sent twice, by either way, is stored and answered once', async () => {
  const room = await newRoom(alice, { agents: { Kim: teacher } });
  const socket = await RoomSocket.open(app.apiUrl, alice, room.id);
  const id = socket.send('Once, please');
  const { turnId } = await socket.next('accepted', (frame) => frame.id === id);
  await socket.next('turn.finished', (frame) => frame.turnId === turnId);
  const again = await alice.must<{ messageId: string; turnId: string }>(
    'POST',
    `/rooms/${room.id}/messages`,
    { id, text: 'Once, please' },
  );
  expect(again).toEqual({ messageId: id, turnId });
  const marker = socket.send('Something else');
  await socket.next('message.created', ({ message }) => message.id === marker);
  expect(socket.messages.filter((message) => message.id === id)).toHaveLength(1);
  const turns = await alice.must<{ items: unknown[] }>('GET', `/runs?roomId=${room.id}`);
  expect(turns.items.length).toBeLessThanOrEqual(2);
  socket.close();
});

test('an agent that joins, changes or leaves counts from the next message on', async () => {
  const room = await newRoom(alice, { agents: { Lea: teacher } });
  const socket = await RoomSocket.open(app.apiUrl, alice, room.id);
  const ask = async (text: string): Promise<string | undefined> => {
    const id = socket.send(text);
    const { turnId } = await socket.next('accepted', (frame) => frame.id === id);
    await socket.next('turn.finished', (frame) => frame.turnId === turnId);
    return socket.messages.at(-1)?.author.name;
  };
  expect(await ask('@Lea hello')).toBe('Lea');
  const agent = await alice.must<{ id: string }>('POST', '/agents', { name: 'Max', instructions: student });
  const member = await alice.must<{ id: string }>('POST', `/rooms/${room.id}/members`, { agentId: agent.id });
  expect(await ask('@Max hello')).toBe('Max');
  await alice.must('DELETE', `/rooms/${room.id}/members/${member.id}`);
  const gone = socket.send('@Max still there?');
  const { turnId } = await socket.next('accepted', (frame) => frame.id === gone);
  await socket.next('turn.finished', (frame) => frame.turnId === turnId);
  expect(socket.messages.at(-1)?.author.name).toBe('Lea');
  socket.close();
});

test('read markers and unread counts', async () => {
  const room = await newRoom(alice, { people: [bob] });
  const ofAlice = await RoomSocket.open(app.apiUrl, alice, room.id);
  for (const text of ['one', 'two', 'three']) ofAlice.send(text);
  await eventually('three messages', () => ofAlice.messages.length === 3);
  const listed = await bob.must<{ items: { id: string; unread: number }[] }>(
    'GET',
    `/rooms?workspaceId=${alice.workspaceId}`,
  );
  expect(listed.items.find(({ id }) => id === room.id)?.unread).toBe(3);
  const ofBob = await RoomSocket.open(app.apiUrl, bob, room.id);
  expect(await ofBob.next('hello')).toMatchObject({ lastSeq: 3, readSeq: 0, unread: 3 });
  ofBob.write({ type: 'read', seq: 2 });
  expect(await ofAlice.next('read', ({ userId }) => userId === bob.id)).toMatchObject({ seq: 2 });
  ofBob.close();
  const again = await RoomSocket.open(app.apiUrl, bob, room.id);
  expect(await again.next('hello')).toMatchObject({ readSeq: 2, unread: 1 });
  again.close();
  ofAlice.close();
});
