import type { NodeData } from '../../../workflows/contracts/graph/document';
import { graph, node } from '../../support/graphs/catalogue';
import { whileChildBegins } from '../../support/graphs/hold-ups';
import { openRunFixture, type RunFixture } from '../../support/graphs/run-fixture';
import { eventually } from '../../support/eventually';

// Several times what a busy machine needs.
jest.setTimeout(180_000);

let runs: RunFixture;
let agentId: string;

beforeAll(async () => {
  runs = await openRunFixture();
  agentId = await runs.newAgent();
});

afterAll(() => runs.stop());

const ask = { title: 'Go on?', assignees: { roles: ['admin'] } };
const slow = (words: number, id: string): NodeData => ({
  agentId,
  prompt: `${id} [[fault: token-delay ms=100]] [[tokens: ${words}]]`,
});
/** Writes until it is cancelled. */
const endless = (id: string): NodeData => ({
  agentId,
  prompt: `${id} [[fault: token-delay ms=1000]] [[tokens: 100]]`,
});
const began = (runId: string, key: string): Promise<unknown> =>
  eventually(
    `${key} begins`,
    () =>
      runs.database.runEvent.findFirst({
        where: { runId, type: 'node.running', data: { path: ['nodeKey'], equals: key } },
      }),
    45,
  );
const waits = (runId: string, key: string): Promise<unknown> =>
  eventually(`${key} waits`, async () => (await runs.gateway.progress(runId))?.waiting.includes(key), 45);

/** While it acts, calls begin, and get no further: they wait for their agents. */
async function whileCallsHang(act: () => Promise<unknown>): Promise<void> {
  await runs.database.$transaction(
    async (locking) => {
      await locking.$executeRaw`LOCK TABLE agents IN ACCESS EXCLUSIVE MODE`;
      await act();
    },
    { timeout: 60_000 },
  );
}

test('cancel: calls under way end, nothing begins, the clean-up branch runs, once', async () => {
  const runId = await runs.run(
    graph(
      [
        node('start', 'trigger'),
        node('write', 'agent', endless('w')),
        node('ask', 'human_input', ask),
        node('wait', 'delay', { seconds: 3600 }),
        node('after', 'transform', { output: { v: '1' } }),
        node('tidy', 'tool', { tool: 'calculator', input: { expression: '"1 + 1"' } }),
        node('tidied', 'transform', { output: { v: 'nodes.tidy.result' } }),
      ],
      'start -> write',
      'start -> ask',
      'start -> wait',
      'write -> after',
      'ask.approve -> after',
      'ask.reject -> after',
      'wait -> after',
      'start.cleanup -> tidy',
      'tidy -> tidied',
    ),
  );
  await began(runId, 'write');
  await runs.asked(runId);
  await runs.gateway.cancel(runId, { by: 'Ann', mode: 'cancel' });
  const { status, nodes, events } = await runs.ended(runId);
  expect(status).toBe('cancelled');
  expect(nodes).toMatchObject({
    write: { status: 'cancelled' },
    ask: { status: 'cancelled' },
    wait: { status: 'cancelled' },
    tidied: { status: 'completed', output: { v: 2 } },
  });
  expect(events.at(-1)).toBe('run.cancelled');
  expect(events.filter((event) => event === 'run.cancelled')).toHaveLength(1);
});

test('an operator cancels in the Temporal UI: the run ends, and its clean-up branch runs', async () => {
  const runId = await runs.run(
    graph(
      [
        node('start', 'trigger'),
        node('wait', 'delay', { seconds: 3600 }),
        node('tidy', 'transform', { output: { v: '1' } }),
      ],
      'start -> wait',
      'start.cleanup -> tidy',
    ),
  );
  await waits(runId, 'wait');
  await runs.client.workflow.getHandle(`run:${runId}`).cancel();
  const { status, nodes } = await runs.ended(runId);
  expect([status, nodes.tidy?.status]).toEqual(['cancelled', 'completed']);
});

test('a clean-up branch may ask people', async () => {
  const runId = await runs.run(
    graph(
      [
        node('start', 'trigger'),
        node('wait', 'delay', { seconds: 3600 }),
        node('keep', 'human_input', ask),
        node('kept', 'transform', { output: { v: '1' } }),
      ],
      'start -> wait',
      'start.cleanup -> keep',
      'keep.approve -> kept',
      'keep.reject -> kept',
    ),
  );
  await waits(runId, 'wait');
  await runs.gateway.cancel(runId, { by: 'Ann', mode: 'cancel' });
  const approvalId = await runs.asked(runId, 'keep');
  await runs.decide(runId, approvalId);
  expect((await runs.ended(runId)).nodes.kept?.status).toBe('completed');
});

test('stop: calls under way finish, those that wait for their turn never begin', async () => {
  const names = ['a', 'b', 'c', 'd'];
  const runId = await runs.run(
    graph(
      [
        node('start', 'trigger', { concurrency: 1 }),
        node('ask', 'human_input', ask),
        ...names.map((id) => node(id, 'agent', slow(20, id))),
      ],
      'start -> ask',
      ...names.flatMap((id) => [`ask.approve -> ${id}`, `ask.reject -> ${id}`]),
    ),
  );
  const approvalId = await runs.asked(runId);
  await whileCallsHang(async () => {
    await runs.decide(runId, approvalId);
    await began(runId, 'a');
    await runs.gateway.cancel(runId, { by: 'Ann', mode: 'stop' });
  });
  const { status, nodes } = await runs.ended(runId);
  expect(status).toBe('cancelled');
  expect(names.map((id) => nodes[id]?.status)).toEqual(['completed', 'cancelled', 'cancelled', 'cancelled']);
});

test('a call that gives up while the run is paused leaves its place to others', async () => {
  const graphOf = graph(
    [
      node('start', 'trigger', { concurrency: 1 }),
      node('ask', 'human_input', ask),
      node('a', 'agent', slow(5, 'first')),
      node('b', 'agent', { ...slow(1, 'second'), timeoutSeconds: 3, onError: 'default', default: {} }),
      node('c', 'agent', slow(1, 'third')),
    ],
    'start -> ask',
    ...['a', 'b', 'c'].flatMap((id) => [`ask.approve -> ${id}`, `ask.reject -> ${id}`]),
  );
  const runId = await runs.run(graphOf);
  const approvalId = await runs.asked(runId);
  await whileCallsHang(async () => {
    await runs.decide(runId, approvalId);
    await began(runId, 'a');
    await runs.gateway.pause(runId, 'Ann');
  });
  await eventually(
    'b gives up',
    async () => {
      const row = await runs.database.nodeRun.findFirst({ where: { runId, key: 'b' } });
      return row?.status === 'failed';
    },
    45,
  );
  await runs.gateway.resume(runId, 'Ann');
  const { status, nodes } = await runs.ended(runId);
  expect([status, nodes.c?.status]).toEqual(['completed', 'completed']);
});

const child = (): ReturnType<typeof graph> =>
  graph(
    [
      node('start', 'trigger'),
      node('ask', 'human_input', ask),
      node('done', 'transform', { output: { v: '1' } }),
    ],
    'start -> ask',
    'ask.approve -> done',
    'ask.reject -> done',
  );
const parent = (workflowId: string): ReturnType<typeof graph> =>
  graph(
    [
      node('start', 'trigger'),
      node('sub', 'subworkflow', { workflowId }),
      node('after', 'transform', { output: { v: 'nodes.sub.output.done.v' } }),
    ],
    'start -> sub',
    'sub -> after',
  );

/** The sub-workflow's run and its question, once the run that it belongs to knows that it has begun. */
async function childOf(parentRunId: string): Promise<{ id: string; approvalId: string }> {
  const { id } = await eventually(
    'the sub-workflow runs',
    () => runs.database.run.findFirst({ where: { parentRunId } }),
    45,
  );
  const approvalId = await runs.asked(id);
  // Who answers has seen everything that happened before.
  await eventually('its run answers', () => runs.gateway.progress(parentRunId), 45);
  return { id, approvalId };
}

test.each(['cancel', 'stop'] as const)('%s reaches sub-workflows', async (mode) => {
  const runId = await runs.run(parent(await runs.publish(child())));
  const { id } = await childOf(runId);
  await runs.gateway.cancel(runId, { by: 'Ann', mode });
  expect((await runs.ended(runId)).status).toBe('cancelled');
  expect((await runs.ended(id)).status).toBe('cancelled');
});

test.each(['cancel', 'stop'] as const)(
  '%s of a sub-workflow alone fails the node that runs it',
  async (mode) => {
    const runId = await runs.run(parent(await runs.publish(child())));
    const { id } = await childOf(runId);
    await runs.gateway.cancel(id, { by: 'Ann', mode });
    const { status, error } = await runs.ended(runId);
    expect([status, error?.code]).toEqual(['failed', 'subworkflow_failed']);
  },
);

test('pause reaches sub-workflows: what is decided meanwhile goes on after resume', async () => {
  const runId = await runs.run(parent(await runs.publish(child())));
  const { id, approvalId } = await childOf(runId);
  await runs.gateway.pause(runId, 'Ann');
  await eventually('paused', async () => (await runs.gateway.progress(id))?.status === 'paused', 45);
  await runs.decide(id, approvalId);
  // Its turn has come, and it would be over by now if nothing held it back.
  await eventually('its turn', async () => (await runs.gateway.progress(id))?.running.includes('done'), 45);
  await eventually(
    'it is recorded as paused',
    async () => (await runs.database.run.findUniqueOrThrow({ where: { id } })).status === 'paused',
    45,
  );
  await runs.gateway.resume(runId, 'Ann');
  expect(await runs.ended(runId)).toMatchObject({
    status: 'completed',
    nodes: { after: { output: { v: 1 } } },
  });
});

test('pause reaches a sub-workflow that is being started', async () => {
  const { runId, childId } = await whileChildBegins(runs, child(), (id) => runs.gateway.pause(id, 'Ann'));
  await eventually('paused', async () => (await runs.gateway.progress(childId))?.status === 'paused', 45);
  await runs.gateway.resume(runId, 'Ann');
  await runs.decide(childId, await runs.asked(childId));
  expect((await runs.ended(runId)).status).toBe('completed');
});

test('stop reaches a sub-workflow that is being started', async () => {
  const { runId, childId } = await whileChildBegins(runs, child(), (id) =>
    runs.gateway.cancel(id, { by: 'Ann', mode: 'stop' }),
  );
  expect((await runs.ended(childId)).status).toBe('cancelled');
  expect((await runs.ended(runId)).status).toBe('cancelled');
});

test('the row of a run is deleted meanwhile: its workflow ends', async () => {
  const runId = await runs.run(child());
  const approvalId = await runs.asked(runId);
  await runs.database.run.delete({ where: { id: runId } });
  // By the workflow, or by the server because the workflow has ended by then.
  await expect(runs.decide(runId, approvalId)).rejects.toThrow(/Update|approval_not_pending/);
  await eventually(
    'it ends',
    async () => {
      const { status } = await runs.client.workflow.getHandle(`run:${runId}`).describe();
      return status.name !== 'RUNNING';
    },
    45,
  );
});

test('the deadline passes: what waits is cancelled, the run has failed', async () => {
  const runId = await runs.run(
    graph(
      [
        node('start', 'trigger', { deadlineSeconds: 1 }),
        node('ask', 'human_input', ask),
        node('write', 'agent', endless('dl')),
        node('end', 'transform', { output: { v: '1' } }),
        node('tidy', 'transform', { output: { v: '1' } }),
      ],
      'start -> ask',
      'start -> write',
      'ask.approve -> end',
      'ask.reject -> end',
      'start.cleanup -> tidy',
    ),
  );
  const { status, error, nodes } = await runs.ended(runId);
  expect([status, error?.code]).toEqual(['failed', 'run_deadline']);
  expect(nodes).toMatchObject({
    ask: { status: 'cancelled' },
    write: { status: 'cancelled' },
    tidy: { status: 'completed' },
  });
});
