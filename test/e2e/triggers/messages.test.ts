import { eventually } from '../../support/eventually';
import { allMessages, newPerson, newRoom, type Person } from '../../support/people';
import { RoomSocket } from '../../support/room-socket';
import { openTriggerFixture, type TriggerFixture } from './trigger-fixture';

let triggers: TriggerFixture;
let ada: Person;

beforeAll(async () => {
  triggers = await openTriggerFixture();
  ({ ada } = triggers);
});
afterAll(async () => {
  RoomSocket.closeAll();
  await triggers.stop();
});

const say = (roomId: string, text: string, by = ada): Promise<{ messageId: string; turnId: string | null }> =>
  by.must('POST', `/rooms/${roomId}/messages`, { text });

test('a message that a policy takes runs its workflow; others run the attached workflow, then the agents', async () => {
  const room = await newRoom(ada, { agents: { Grace: 'You are brief.' } });
  const workflowId = await triggers.workflow();
  const policyId = await triggers.policy({
    eventType: 'user_message',
    scope: { roomId: room.id },
    conditions: { contains: ['refund'] },
    debounceSeconds: 0,
    workflowId,
  });
  const socket = await RoomSocket.open(triggers.app.apiUrl, ada, room.id);

  const asked = await say(room.id, 'I want a REFUND');
  expect(asked.turnId).toBeNull();
  const [firing] = await triggers.fired(policyId, 1);
  expect(firing?.run.output).toMatchObject({ noted: { input: { text: 'I want a REFUND' }, count: 1 } });
  expect(await socket.next('trigger.fired')).toMatchObject({ policyId, runId: firing?.runId });

  await say(room.id, 'hello');
  await socket.next('turn.finished');
  const texts = (await allMessages(ada, room.id)).map(({ author }) => author.kind);
  expect(texts).toEqual(['user', 'user', 'agent']);
  expect((await triggers.skipped(policyId, 'conditions_not_met')).count).toBeGreaterThanOrEqual(1);

  const attached = await triggers.workflow({ heard: 'input.text' });
  await ada.must('PUT', `/rooms/${room.id}/workflow`, { workflowId: attached });
  const { turnId } = await say(room.id, 'hello again');
  await socket.next('turn.finished', (frame) => frame.turnId === turnId);
  await say(room.id, 'refund, please');
  expect(await triggers.fired(policyId, 2)).toHaveLength(2);
  socket.close();
});

test('who wrote, how many wrote and what CEL says decide; the input is made by CEL', async () => {
  const student = await newPerson(triggers.app.apiUrl, 'Sam');
  await ada.must('POST', `/workspaces/${ada.workspaceId}/members`, { email: student.email, role: 'student' });
  const room = await newRoom(ada, { people: [student] });
  const policyId = await triggers.policy({
    eventType: 'user_message',
    scope: { roomId: room.id },
    conditions: { authorRoles: ['student'], minMessages: 3, expression: 'size(event.text) < 20' },
    input: { said: 'events.map(e, e.text)', by: 'event.author.name' },
    debounceSeconds: 0,
    workflowId: await triggers.workflow(),
  });
  await say(room.id, 'not a student');
  await say(room.id, 'one', student);
  await say(room.id, 'and this one is far too long', student);
  await say(room.id, 'short', student);
  await say(room.id, 'again', student);
  const [firing] = await triggers.fired(policyId, 1);
  expect(firing?.run.output).toMatchObject({ noted: { input: { said: ['short'], by: 'Sam' } } });
  await eventually('all are decided', async () => {
    const decided = (await triggers.firings(policyId)).reduce((sum, { count }) => sum + count, 0);
    return decided === 5;
  });
  expect(await triggers.fired(policyId, 1)).toHaveLength(1);
});

test('what an agent says, who joins and documents that change fire, and no chain of firings is endless', async () => {
  const room = await newRoom(ada, { agents: { Linus: 'You are brief.' } });
  const echo = await ada.must<{ id: string }>('POST', '/workflows', {
    name: 'Echo',
    graph: {
      schemaVersion: 1,
      nodes: [
        { id: 'start', type: 'trigger', position: { x: 0, y: 0 }, data: {} },
        {
          ...{ id: 'say', type: 'message', position: { x: 0, y: 0 } },
          data: { text: 'echo', agentId: await agentOf(room.id) },
        },
      ],
      edges: [{ id: 'e1', source: 'start', target: 'say' }],
    },
  });
  await ada.must('POST', `/workflows/${echo.id}/publish`);
  const scope = { roomId: room.id };
  const answers = await triggers.policy({
    ...{ eventType: 'agent_message', scope, workflowId: echo.id, debounceSeconds: 0 },
  });
  const workflowId = await triggers.workflow();
  const joined = await triggers.policy({ eventType: 'member_joined', scope, workflowId, debounceSeconds: 0 });
  const documents = await triggers.policy({
    ...{ eventType: 'artifact_changed', scope, workflowId, debounceSeconds: 0 },
  });

  await say(room.id, 'hello');
  await triggers.skipped(answers, 'depth_limit');
  expect(await triggers.fired(answers, 5)).toHaveLength(5);

  const guest = await newPerson(triggers.app.apiUrl, 'Gus');
  await ada.must('POST', `/rooms/${room.id}/members`, { email: guest.email });
  const [join] = await triggers.fired(joined, 1);
  expect(join?.run.output).toMatchObject({ noted: { input: { member: { kind: 'user', name: 'Gus' } } } });

  await ada.must('POST', `/rooms/${room.id}/artifacts`, { title: 'Plan', content: 'First' });
  const [change] = await triggers.fired(documents, 1);
  expect(change?.run.output).toMatchObject({ noted: { input: { title: 'Plan', version: 1 } } });
});

async function agentOf(roomId: string): Promise<string> {
  const { items } = await ada.must<{ items: { agentId?: string }[] }>('GET', `/rooms/${roomId}/members`);
  return items.find(({ agentId }) => agentId !== undefined)?.agentId ?? '';
}

test('a cooldown and a bound on runs under way hold; a disabled policy is asked no more', async () => {
  const room = await newRoom(ada, {});
  const scope = { roomId: room.id };
  const workflowId = await triggers.workflow();
  const common = { eventType: 'user_message', scope, workflowId, debounceSeconds: 0 };
  const cooling = await triggers.policy({ ...common, cooldownSeconds: 3600 });
  await say(room.id, 'first');
  await triggers.fired(cooling, 1);
  await say(room.id, 'second');
  await triggers.skipped(cooling, 'cooldown');
  await ada.must('POST', `/triggers/${cooling}/disable`);
  const { messageId: third } = await say(room.id, 'third');
  // A message is decided over with the policies that there are when it is stored.
  await eventually('it is stored', async () =>
    (await allMessages(ada, room.id)).some(({ id }) => id === third),
  );
  const leading = await triggers.policy({ ...common, debounceSeconds: 3600, debounceMode: 'leading' });
  await say(room.id, 'fourth');
  await say(room.id, 'fifth');
  await triggers.skipped(leading, 'debounced');
  const [firing] = await triggers.fired(leading, 1);
  expect(firing?.run.output).toMatchObject({ noted: { input: { text: 'fourth' } } });
  const cooled = (await triggers.firings(cooling)).reduce((sum, { count }) => sum + count, 0);
  expect(cooled).toBe(2);
});
