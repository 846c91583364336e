import {
  isForkPoint,
  isTrigger,
  planFork,
  retryPoints,
  type OldNodeRun,
} from '../../../apps/api/runs/fork-plan';
import type {
  CompiledGraph,
  CompiledNode,
  CompiledScope,
  FiringRule,
} from '../../../workflows/contracts/graph/compiled';

interface NodeMore {
  body?: CompiledScope;
  config?: CompiledNode['config'];
  rule?: FiringRule;
  kind?: string;
}

const node = (id: string, from: string[] = [], more: NodeMore = {}): CompiledNode => ({
  id,
  kind: more.kind ?? (more.body ? 'loop' : 'transform'),
  version: 1,
  label: id,
  config: more.config ?? {},
  in: from.map((source) => ({ from: source, handle: 'out' })),
  rule: more.rule ?? { type: 'merge' },
  policy: {
    timeoutSeconds: null,
    retry: null,
    onError: 'fail',
    default: null,
    outputSchema: null,
  },
  body: more.body ?? null,
});

const graph = (nodes: CompiledNode[], cleanup: CompiledNode[] = []): CompiledGraph => ({
  format: 1,
  deadlineSeconds: 60,
  concurrency: 20,
  inputSchema: null,
  output: null,
  root: { nodes },
  cleanup: { nodes: cleanup },
  uses: { agents: [], tools: [], workflows: [] },
});

const completed = (...keys: string[]): OldNodeRun[] =>
  keys.map((key) => ({ key, status: 'completed', handles: ['out'] }));
const body: CompiledScope = { nodes: [node('a'), node('b', ['a'])] };
const over = node('each', ['start'], { body, config: { over: 'input', max: 9 } });
const until = node('each', ['start'], { body, config: { until: 'nodes.b.done', max: 9 } });
const around = (loop: CompiledNode): CompiledGraph =>
  graph([node('start', [], { kind: 'trigger' }), node('side', ['start']), loop, node('end', ['each'])]);

const loopRuns = completed(
  'start',
  'side',
  'each[0]/a',
  'each[0]/b',
  'each[1]/a',
  'each[1]/b',
  'each[2]/a',
  'each[2]/b',
  'each',
  'end',
);

test('what does not depend on the fork point is taken over, with its calls', () => {
  const chain = graph([node('start'), node('chat', ['start']), node('b', ['chat']), node('side', ['start'])]);
  const runs = completed('start', 'chat', 'chat#1', 'chat#2', 'b', 'b#1', 'side');
  expect(planFork(chain, runs, ['b'])).toEqual(['start', 'chat', 'chat#1', 'chat#2', 'side']);
  expect(planFork(chain, runs, ['chat'])).toEqual(['start', 'side']);
  expect(planFork(chain, runs, ['start'])).toEqual([]);
  expect(planFork(chain, runs, ['b', 'side'])).toEqual(['start', 'chat', 'chat#1', 'chat#2']);
});

test('what the old run did not go on from is not taken over', () => {
  const chain = graph(['a', 'b', 'c', 'd', 'e'].map((id) => node(id)));
  const runs: OldNodeRun[] = [
    { key: 'a', status: 'skipped', handles: [] },
    { key: 'b', status: 'failed', handles: [] },
    { key: 'c', status: 'running', handles: [] },
    { key: 'd', status: 'cancelled', handles: [] },
    { key: 'e', status: 'waiting', handles: [] },
  ];
  expect(planFork(chain, runs, [])).toEqual(['a']);
});

test('a failure that the graph handled is taken over, and so are branches that a join had no need of', () => {
  const rule = { type: 'quorum' as const, need: 1, losers: ['failing', 'slow', 'quick'] };
  const race = graph([
    node('handled'),
    node('failing', ['handled']),
    node('slow', ['handled']),
    node('quick', ['handled']),
    node('first', ['failing', 'slow', 'quick'], { rule }),
    node('end', ['first']),
  ]);
  const runs: OldNodeRun[] = [
    { key: 'handled', status: 'failed', handles: ['error'] },
    { key: 'failing', status: 'failed', handles: [] },
    { key: 'slow', status: 'cancelled', handles: [] },
    ...completed('quick', 'first'),
    { key: 'end', status: 'failed', handles: [] },
  ];
  const settled = ['handled', 'failing', 'slow', 'quick', 'first'];
  expect(planFork(race, runs, ['end'])).toEqual(settled);
  expect(retryPoints(race, runs)).toEqual(['end']);
});

test('inside a loop over a list, the other iterations are taken over', () => {
  expect(planFork(around(over), loopRuns, ['each[1]/b'])).toEqual([
    'start',
    'side',
    'each[0]/a',
    'each[0]/b',
    'each[1]/a',
    'each[2]/a',
    'each[2]/b',
  ]);
});

test('inside a loop until a condition, only earlier iterations are', () => {
  expect(planFork(around(until), loopRuns, ['each[1]/b'])).toEqual([
    'start',
    'side',
    'each[0]/a',
    'each[0]/b',
    'each[1]/a',
  ]);
});

test('a loop that is forked at, or lies downstream, begins anew; one elsewhere is taken over whole', () => {
  expect(planFork(around(over), loopRuns, ['each'])).toEqual(['start', 'side']);
  expect(planFork(around(over), loopRuns, ['start'])).toEqual([]);
  expect(planFork(around(over), loopRuns, ['side'])).toEqual(
    loopRuns.map(({ key }) => key).filter((key) => key !== 'side'),
  );
});

test('loops within loops', () => {
  const inner = node('inner', ['a'], {
    body: { nodes: [node('n'), node('m', ['n'])] },
    config: { over: 'item' },
  });
  const nested = graph([
    node('outer', [], {
      body: { nodes: [node('a'), inner, node('z', ['inner'])] },
      config: { over: 'input' },
    }),
  ]);
  const runs = completed(
    ...[0, 1].flatMap((i) => [
      `outer[${String(i)}]/a`,
      ...[0, 1].flatMap((j) => [
        `outer[${String(i)}]/inner[${String(j)}]/n`,
        `outer[${String(i)}]/inner[${String(j)}]/m`,
      ]),
      `outer[${String(i)}]/inner`,
      `outer[${String(i)}]/z`,
    ]),
    'outer',
  );
  const stale = ['outer[0]/inner[1]/n', 'outer[0]/inner[1]/m', 'outer[0]/inner', 'outer[0]/z', 'outer'];
  expect(planFork(nested, runs, ['outer[0]/inner[1]/n'])).toEqual(
    runs.map(({ key }) => key).filter((key) => !stale.includes(key)),
  );
});

test('keys that lead to no node of the graph are no fork points', () => {
  const known = around(over);
  known.cleanup = { nodes: [node('sweep')] };
  for (const key of ['start', 'each', 'each[7]/a']) expect(isForkPoint(known, key)).toBe(true);
  for (const key of [
    '',
    'x',
    'each[0]',
    'each/a',
    'a',
    'start[0]/a',
    'each[0]/a#1',
    'each[-1]/a',
    'sweep',
    '__proto__',
    'each[0]/a/',
  ])
    expect([key, isForkPoint(known, key)]).toEqual([key, false]);
  expect([isTrigger(known, 'start'), isTrigger(known, 'side')]).toEqual([true, false]);
});

test('clean-up is never taken over', () => {
  expect(planFork(graph([node('a')], [node('sweep')]), completed('a', 'sweep'), [])).toEqual(['a']);
});

test('a retry begins where something failed, not at the loops around it', () => {
  const runs: OldNodeRun[] = [
    ...completed('start', 'each[0]/a'),
    { key: 'each[0]/b', status: 'failed', handles: [] },
    { key: 'each[1]/a', status: 'cancelled', handles: [] },
    { key: 'each', status: 'failed', handles: [] },
    { key: 'side', status: 'cancelled', handles: [] },
    { key: 'side#1', status: 'failed', handles: [] },
  ];
  expect(retryPoints(around(over), runs)).toEqual(['each[0]/b', 'each[1]/a', 'side']);
  const own: OldNodeRun[] = [...completed('start'), { key: 'each', status: 'failed', handles: [] }];
  expect(retryPoints(around(over), own)).toEqual(['each']);
});

test('branches that a join did without are not retried', () => {
  const raced = graph([
    node('quick'),
    node('slow'),
    node('first', ['quick', 'slow'], { rule: { type: 'quorum', need: 1, losers: ['quick', 'slow'] } }),
    node('last', ['first']),
  ]);
  const runs: OldNodeRun[] = [
    ...completed('quick', 'first'),
    { key: 'slow', status: 'cancelled', handles: [] },
    { key: 'last', status: 'failed', handles: [] },
  ];
  expect(retryPoints(raced, runs)).toEqual(['last']);
});
