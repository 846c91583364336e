import { graph, node } from '../../support/graphs/catalogue';
import { openRunFixture, type RunFixture } from '../../support/graphs/run-fixture';
import { eventually } from '../../support/eventually';
import { newPerson, newRoom } from '../../support/people';
import { startProcess, type ProductProcess } from '../../support/processes';
import { RoomSocket } from '../../support/room-socket';

// Several times what a busy machine needs.
jest.setTimeout(180_000);

let runs: RunFixture;
let api: ProductProcess;

beforeAll(async () => {
  // The server asks for continue-as-new after 40 events instead of thousands.
  runs = await openRunFixture({
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': 40 },
    env: { MESSAGES_PER_MINUTE: '1000000' },
  });
  api = await startProcess('api', { ...runs.env, PORT: '0' });
});

afterAll(async () => {
  RoomSocket.closeAll();
  await api.stop();
  await runs.stop();
});

const ask = { title: 'Go on?', assignees: { roles: ['admin'] } };

async function executionsOf(workflowId: string): Promise<number> {
  let count = 0;
  for await (const { status } of runs.client.workflow.list({ query: `WorkflowId = "${workflowId}"` }))
    count += status.name === 'TERMINATED' ? 0 : 1;
  return count;
}

/** Visibility learns of an execution a little later. */
const continues = (workflowId: string): Promise<unknown> =>
  eventually(`${workflowId} continues as new`, async () => (await executionsOf(workflowId)) > 1, 60);

/** Answers every question as soon as it is asked, until the run has ended. */
async function answerAll(runId: string): Promise<void> {
  for (;;) {
    const [run, waiting] = await Promise.all([
      runs.database.run.findUniqueOrThrow({ where: { id: runId } }),
      runs.database.approval.findMany({ where: { runId, status: 'pending', title: 'Go on?' } }),
    ]);
    if (run.endedAt) return;
    // Who is late hears so.
    await Promise.all(waiting.map(({ id }) => runs.decide(runId, id).catch(() => undefined)));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a long loop over approvals, with an approval, a delay and a sub-workflow pending beside it', async () => {
  const child = await runs.publish(
    graph([node('start', 'trigger'), node('nap', 'delay', { seconds: 2 })], 'start -> nap'),
  );
  const runId = await runs.run(
    graph(
      [
        node('start', 'trigger'),
        node('each', 'loop', {
          over: '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24]',
          max: 30,
          concurrency: 3,
          collect: 'nodes.sum.result',
        }),
        node('ok', 'human_input', ask, 'each'),
        node('sum', 'tool', { tool: 'calculator', input: { expression: 'string(item) + " * 2"' } }, 'each'),
        node('later', 'human_input', { ...ask, title: 'Last', outputSchema: { type: 'object' } }),
        node('nap', 'delay', { seconds: 3 }),
        node('sub', 'subworkflow', { workflowId: child, outputSchema: { type: 'object' } }),
        node('end', 'join'),
      ],
      'start -> each',
      'start -> later',
      'start -> nap',
      'start -> sub',
      'ok.approve -> sum',
      'ok.reject -> sum',
      'each -> end',
      'later.approve -> end',
      'later.reject -> end',
      'nap -> end',
      'sub -> end',
    ),
  );
  const answering = answerAll(runId);
  const last = await runs.asked(runId, 'later');
  await continues(`run:${runId}`);
  await runs.decide(runId, last);
  const { status, nodes } = await runs.ended(runId, 120);
  await answering;
  expect(status).toBe('completed');
  expect(nodes.each?.output).toMatchObject({
    items: Array.from({ length: 24 }, (_, at) => (at + 1) * 2),
    count: 24,
  });
  const approvals = await runs.database.approval.findMany({ where: { runId } });
  expect(approvals.map(({ nodeKey }) => nodeKey).sort()).toEqual(
    [...new Set(approvals.map(({ nodeKey }) => nodeKey))].sort(),
  );
  expect(approvals.every((approval) => approval.status === 'decided')).toBe(true);
}, 300_000);

test('25 runs are decided while they continue as new: each question is asked once, and none is forgotten', async () => {
  const workflowId = await runs.publish(
    graph(
      [
        node('start', 'trigger'),
        node('each', 'loop', { until: 'index >= 9', max: 10, collect: 'index' }),
        node('ok', 'human_input', { ...ask, outputSchema: { type: 'object' } }, 'each'),
        node('done', 'transform', { output: { v: '1' } }, 'each'),
      ],
      'start -> each',
      'ok.approve -> done',
      'ok.reject -> done',
    ),
  );
  const ids = await Promise.all(Array.from({ length: 25 }, () => runs.start(workflowId)));
  await Promise.all(ids.map(answerAll));
  const approvals = await runs.database.approval.findMany({ where: { runId: { in: ids } } });
  expect(approvals.filter(({ status }) => status !== 'decided')).toEqual([]);
  expect(approvals.length).toBe(250);
  for (const id of ids.slice(0, 3)) await continues(`run:${id}`);
}, 300_000);

test('a room continues as new while its run waits for people: the turn ends when they have decided', async () => {
  const apiUrl = String(api.hello.listening);
  const alice = await newPerson(apiUrl, 'Alice');
  const room = await newRoom(alice, { agents: { Ada: 'You are brief.' }, agentReplies: 'mentioned' });
  const document = graph(
    [node('start', 'trigger'), node('ask', 'human_input', ask), node('tell', 'message', { text: 'decided' })],
    'start -> ask',
    'ask.approve -> tell',
    'ask.reject -> tell',
  );
  const flow = await alice.must<{ id: string }>('POST', '/workflows', { name: 'Flow', graph: document });
  await alice.must('POST', `/workflows/${flow.id}/publish`, {});
  await alice.must('PUT', `/rooms/${room.id}/workflow`, { workflowId: flow.id });
  const socket = await RoomSocket.open(apiUrl, alice, room.id);
  const id = socket.send('@Ada begin');
  const { turnId } = await socket.next('accepted', (frame) => frame.id === id);
  const approvalId = await runs.asked(turnId ?? '');
  for (let index = 0; index < 60; index += 1) {
    const said = socket.send(`message ${index}`);
    await socket.next('accepted', (frame) => frame.id === said);
  }
  await continues(`room:${room.id}`);
  await runs.decide(turnId ?? '', approvalId);
  await socket.next('turn.finished', (frame) => frame.turnId === turnId, 45);
  const told = await eventually('the message of the run', () =>
    socket.messages.find(({ text }) => text === 'decided'),
  );
  expect(socket.messages.at(-1)).toBe(told);
}, 300_000);
