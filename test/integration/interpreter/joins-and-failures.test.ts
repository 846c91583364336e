import { graph, node } from '../../support/graphs/catalogue';
import { openRunFixture, type RunFixture } from '../../support/graphs/run-fixture';

// Several times what a busy machine needs.
jest.setTimeout(180_000);

let runs: RunFixture;
let agentId: string;
let otherId: string;

beforeAll(async () => {
  runs = await openRunFixture();
  [agentId, otherId] = await Promise.all([runs.newAgent(), runs.newAgent()]);
});

afterAll(() => runs.stop());

const slow = { seconds: 3600 };
const one = { output: { v: '1' } };
const failing = { output: { v: '1 / 0' } };
const say = (prompt: string, more: object = {}): { agentId: string; prompt: string } => ({
  agentId,
  prompt,
  ...more,
});

test('any: the first branch wins, those that lead only there are cancelled, others go on', async () => {
  const { status, nodes } = await runs.play(
    graph(
      [
        node('start', 'trigger'),
        node('quick', 'delay', { seconds: 0.3 }),
        node('lose', 'delay', slow),
        node('lost', 'transform', one),
        node('both', 'delay', { seconds: 1 }),
        node('first', 'join', { mode: 'any' }),
        node('other', 'transform', one),
      ],
      ...['quick', 'lose', 'both'].map((id) => `start -> ${id}`),
      'lose -> lost',
      'lost -> first',
      'quick -> first',
      'both -> first',
      'both -> other',
    ),
  );
  expect(status).toBe('completed');
  expect(nodes).toMatchObject({
    first: { status: 'completed', output: { taken: ['quick'] } },
    lose: { status: 'cancelled' },
    lost: { status: 'cancelled' },
    both: { status: 'completed' },
    other: { status: 'completed' },
  });
});

test('quorum: two of three, the third is ignored and ends by itself', async () => {
  const { nodes } = await runs.play(
    graph(
      [
        node('start', 'trigger'),
        node('a', 'transform', one),
        node('b', 'transform', one),
        node('c', 'delay', { seconds: 0.5 }),
        node('two', 'join', { mode: 'quorum', quorum: 2, losers: 'ignore' }),
      ],
      ...['a', 'b', 'c'].flatMap((id) => [`start -> ${id}`, `${id} -> two`]),
    ),
  );
  expect(nodes).toMatchObject({ two: { output: { taken: ['a', 'b'] } }, c: { status: 'completed' } });
});

test('a join catches failures it can do without, and fails with quorum_unmet when it cannot', async () => {
  const of = (quorum: number): ReturnType<typeof graph> =>
    graph(
      [
        node('start', 'trigger'),
        node('a', 'transform', one),
        node('b', 'transform', failing),
        node('some', 'join', { mode: 'quorum', quorum }),
      ],
      'start -> a',
      'start -> b',
      'a -> some',
      'b -> some',
    );
  expect(await runs.play(of(1))).toMatchObject({
    status: 'completed',
    nodes: { b: { status: 'failed' }, some: { status: 'completed' } },
  });
  expect(await runs.play(of(2))).toMatchObject({
    status: 'failed',
    error: { code: 'quorum_unmet', nodeKey: 'some' },
  });
});

test('a failure cancels the rest of the run', async () => {
  const { status, error, nodes } = await runs.play(
    graph(
      [node('start', 'trigger'), node('bad', 'transform', failing), node('wait', 'delay', slow)],
      'start -> bad',
      'start -> wait',
    ),
  );
  expect({ status, error, wait: nodes.wait?.status }).toMatchObject({
    status: 'failed',
    error: { code: 'expression_failed', nodeKey: 'bad' },
    wait: 'cancelled',
  });
});

test('retry: attempts are recorded and told, and a fault that stays ends in the error branch', async () => {
  const retry = { maxAttempts: 3, initialSeconds: 0.2 };
  const { nodes, events } = await runs.play(
    graph(
      [
        node('start', 'trigger'),
        node('shaky', 'agent', say('[[fault: 500 times=2]] [[reply: yes]]', { retry })),
        node('broken', 'agent', say('[[fault: 500]] broken', { retry, onError: 'branch' })),
        node('rescued', 'transform', { output: { code: 'nodes.broken.error.code' } }),
        node('fine', 'transform', one),
      ],
      'start -> shaky',
      'start -> broken',
      'broken.error -> rescued',
      'broken -> fine',
    ),
  );
  expect(nodes).toMatchObject({
    shaky: { status: 'completed', attempt: 3, output: { text: 'yes' } },
    broken: { status: 'failed', attempt: 3 },
    rescued: { status: 'completed' },
    fine: { status: 'skipped' },
  });
  expect(events.filter((event) => event === 'node.retrying shaky')).toHaveLength(2);
});

test('a node takes too long: its call is cancelled, and the default stands in', async () => {
  const { status, nodes } = await runs.play(
    graph(
      [
        node('start', 'trigger'),
        node(
          'slow',
          'agent',
          say('[[fault: slow ms=600000]]', {
            timeoutSeconds: 1,
            onError: 'default',
            default: { text: 'none' },
          }),
        ),
        node('after', 'transform', { output: { v: 'nodes.slow.text' } }),
      ],
      'start -> slow',
      'slow -> after',
    ),
  );
  expect(status).toBe('completed');
  expect(nodes).toMatchObject({
    slow: { status: 'failed', error: { code: 'node_timeout' } },
    after: { output: { v: 'none' } },
  });
});

test('an output that breaks its schema fails the node, whoever made it', async () => {
  const outputSchema = { type: 'object', required: ['missing'] };
  for (const bad of [
    node('bad', 'transform', { ...one, outputSchema }),
    node('bad', 'agent', say('hello', { outputSchema })),
  ])
    expect(await runs.play(graph([node('start', 'trigger'), bad], 'start -> bad'))).toMatchObject({
      status: 'failed',
      error: { code: 'output_invalid', nodeKey: 'bad' },
    });
});

test('loops: concurrency, until, the maximum, a list that is too long, a loop in a loop', async () => {
  const body = (id: string, parent: string): ReturnType<typeof node> =>
    node(id, 'transform', { output: { v: 'index' } }, parent);
  const { nodes } = await runs.play(
    graph(
      [
        node('start', 'trigger'),
        node('until', 'loop', { until: 'index == 2', max: 9, collect: 'index' }),
        body('u', 'until'),
        node('hard', 'loop', { until: 'false', max: 4, collect: 'index' }),
        body('h', 'hard'),
        node('long', 'loop', { over: '[1, 2, 3]', max: 2, onError: 'default', default: {} }),
        body('l', 'long'),
        node('outer', 'loop', { over: '["a", "b"]', max: 2, concurrency: 2, collect: 'nodes.inner.items' }),
        node(
          'inner',
          'loop',
          { over: '[1, 2]', max: 2, collect: 'string(nodes.i.v) + string(item)' },
          'outer',
        ),
        body('i', 'inner'),
      ],
      ...['until', 'hard', 'long', 'outer'].map((id) => `start -> ${id}`),
    ),
  );
  expect(nodes).toMatchObject({
    until: { output: { items: [0, 1, 2], done: true } },
    hard: { output: { items: [0, 1, 2, 3], done: false } },
    long: { status: 'failed', error: { code: 'loop_limit' } },
    outer: {
      output: {
        items: [
          ['01', '12'],
          ['01', '12'],
        ],
      },
    },
    'outer[1]/inner[0]/i': { status: 'completed' },
  });
});

test('large values: history holds references only, also of prompts', async () => {
  const run = await runs.play(
    graph(
      [
        node('start', 'trigger'),
        node('big', 'transform', { output: { text: 'input.text + input.text' } }),
        node('read', 'agent', say('{{ nodes.big.text }} [[reply: read]]')),
        node('talk', 'group_chat', {
          agents: [agentId, otherId],
          strategy: 'router',
          maxRounds: 2,
          prompt: '{{ nodes.big.text }}',
        }),
        node('sum', 'tool', {
          tool: 'calculator',
          input: { expression: '"1 + " + string(size(nodes.big.text))' },
        }),
        node('ask', 'human_input', {
          title: 'Go on?',
          description: '{{ nodes.big.text }}',
          assignees: { roles: ['admin'] },
          waitSeconds: 1,
        }),
        node('end', 'join'),
      ],
      'start -> big',
      ...['read', 'talk', 'sum', 'ask'].map((id) => `big -> ${id}`),
      ...['read', 'talk', 'sum', 'ask.approve', 'ask.reject', 'ask.timeout'].map((id) => `${id} -> end`),
    ),
    { text: 'x'.repeat(50_000) },
  );
  expect(run).toMatchObject({ status: 'completed', nodes: { read: { output: { text: 'read' } } } });
  // Its record ends a little before its workflow.
  expect(await runs.gateway.result(run.runId, 30_000)).toMatchObject({ status: 'completed' });
  const { events = [] } = await runs.client.workflow.getHandle(`run:${run.runId}`).fetchHistory();
  const large = (events ?? []).filter((event) => JSON.stringify(event).length > 20_000);
  expect(
    large.map(
      ({ activityTaskScheduledEventAttributes: call, eventType }) => call?.activityType?.name ?? eventType,
    ),
  ).toEqual([]);
});

test('a sub-workflow that fails tells the node that runs it, and its error branch goes on', async () => {
  const child = await runs.publish(
    graph([node('start', 'trigger'), node('bad', 'transform', failing)], 'start -> bad'),
  );
  const { nodes } = await runs.play(
    graph(
      [
        node('start', 'trigger'),
        node('sub', 'subworkflow', { workflowId: child, onError: 'branch' }),
        node('saved', 'transform', { output: { code: 'nodes.sub.error.code' } }),
      ],
      'start -> sub',
      'sub.error -> saved',
    ),
  );
  expect(nodes.saved?.output).toEqual({ code: 'subworkflow_failed' });
});

test('a run keeps to its version while the next one is published', async () => {
  const of = (v: string): ReturnType<typeof graph> =>
    graph(
      [
        node('start', 'trigger'),
        node('nap', 'delay', { seconds: 1 }),
        node('v', 'transform', { output: { v } }),
      ],
      'start -> nap',
      'nap -> v',
    );
  const workflowId = await runs.publish(of('1'));
  const old = await runs.start(workflowId);
  await runs.publish(of('2'), workflowId);
  const young = await runs.start(workflowId);
  expect([(await runs.ended(old)).nodes.v?.output, (await runs.ended(young)).nodes.v?.output]).toEqual([
    { v: 1 },
    { v: 2 },
  ]);
});
