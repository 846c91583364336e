import { randomInt, randomUUID } from 'node:crypto';
import type { GraphDocument } from '../../workflows/contracts/graph/document';
import { DecisionRefusedError } from '../../infra/temporal/run-gateway';
import { eventually } from '../support/eventually';
import { graph, node } from '../support/graphs/catalogue';
import { openRunFixture, type RunFixture } from '../support/graphs/run-fixture';

let runs: RunFixture;
let agentId: string;

beforeAll(async () => {
  runs = await openRunFixture();
  agentId = await runs.newAgent();
}, 240_000);

afterAll(() => runs.stop());

const runCount = 100;
const deciders = 20;
const branches = ['a', 'b', 'c', 'd'];

/** 30 nodes: four branches of an agent, a tool and others, between two approvals. */
function thirtyNodes(): GraphDocument {
  const ask = { title: 'Go on?', assignees: { roles: ['admin'] } };
  const branch = (id: string): ReturnType<typeof node>[] => [
    node(`${id}1`, 'tool', { tool: 'calculator', input: { expression: '"2 + 3"' } }),
    node(`${id}2`, 'agent', { agentId, prompt: `[[reply: ${id} {{ run.id }}]]` }),
    node(`${id}3`, 'transform', { output: { v: `nodes.${id}1.result` } }),
    node(`${id}4`, 'switch', { cases: [{ id: 'five', when: `nodes.${id}3.v == 5` }] }),
    node(`${id}5`, 'transform', { output: { v: `nodes.${id}3.v + 1` } }),
    node(`${id}6`, 'transform', { output: { v: '0' } }),
  ];
  return graph(
    [
      node('start', 'trigger'),
      node('first', 'human_input', ask),
      ...branches.flatMap(branch),
      node('meet', 'join'),
      node('last', 'human_input', ask),
      node('nap', 'delay', { seconds: 1 }),
      node('end', 'transform', {
        output: { v: branches.map((id) => `(has(nodes.${id}5) ? nodes.${id}5.v : 0)`).join(' + ') },
      }),
    ],
    'start -> first',
    ...branches.flatMap((id) => [
      `first.approve -> ${id}1`,
      `first.reject -> ${id}1`,
      `${id}1 -> ${id}2`,
      `${id}2 -> ${id}3`,
      `${id}3 -> ${id}4`,
      `${id}4.five -> ${id}5`,
      `${id}4.else -> ${id}6`,
      `${id}5 -> meet`,
      `${id}6 -> meet`,
    ]),
    'meet -> last',
    'last.approve -> nap',
    'last.reject -> nap',
    'nap -> end',
  );
}

test('the worker is killed at random during 100 runs of 30 nodes: each node is executed once, each approval decided once', async () => {
  const document = thirtyNodes();
  expect(document.nodes).toHaveLength(30);
  const workflowId = await runs.publish(document);
  await runs.setLatency(200);
  const ids: string[] = [];
  // Some at a time, as Temporal takes them within the few seconds that a request may take.
  while (ids.length < runCount)
    ids.push(...(await Promise.all(Array.from({ length: 10 }, () => runs.start(workflowId)))));
  const state = { ended: false };
  /** Approval ids of the decisions that were taken. */
  const taken: string[] = [];

  const killing = (async () => {
    let worker = runs.worker;
    for (let kills = 0; kills < 6 && !state.ended; kills += 1) {
      await new Promise((resolve) => setTimeout(resolve, randomInt(1500, 4500)));
      await worker.kill();
      worker = await runs.startWorker();
    }
  })();
  const deciding = Array.from({ length: deciders }, async () => {
    const userId = randomUUID();
    while (!state.ended) {
      const pending = await runs.database.approval.findMany({
        where: { status: 'pending', runId: { in: ids } },
        take: 30,
        select: { id: true, runId: true },
      });
      const chosen = pending[randomInt(Math.max(1, pending.length))];
      if (!chosen) await new Promise((resolve) => setTimeout(resolve, 100));
      else
        await runs.decide(chosen.runId, chosen.id, 'approve', userId).then(
          ({ decided }) => decided && taken.push(chosen.id),
          (error: unknown) => {
            if (error instanceof DecisionRefusedError) return;
            // The worker is away, or was killed over it: the decision counts if it was taken, and somebody asks again.
          },
        );
    }
  });
  const open = { id: { in: ids }, endedAt: null };
  await eventually(
    'every run has ended',
    async () => (await runs.database.run.count({ where: open })) === 0,
    400,
  ).finally(() => (state.ended = true));
  await Promise.all([killing, ...deciding]);
  const ended = await Promise.all(ids.map((id) => runs.ended(id)));

  expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(['completed']));
  for (const { output, nodes, events } of ended) {
    expect(output).toEqual({ end: { v: 24 } });
    expect(Object.keys(nodes)).toHaveLength(30);
    const finished = events.filter((event) => event.startsWith('node.completed'));
    expect(finished).toHaveLength(26);
    expect(new Set(finished).size).toBe(26);
  }
  const calls = await runs.modelCalls();
  expect(Object.keys(calls)).toHaveLength(runCount * branches.length);
  // A kill between the answer and its record repeats a call; nothing else does, and it is rare.
  const repeated = ended.flatMap(({ runId, nodes }) =>
    branches
      .filter((id) => (calls[`${runId}/${id}2`] ?? 0) > 1)
      .map((id) => ({ finished: calls[`${runId}/${id}2`] ?? 0, attempts: nodes[`${id}2`]?.attempt ?? 0 })),
  );
  expect(repeated.filter(({ finished, attempts }) => finished > attempts)).toEqual([]);
  expect(repeated.length).toBeLessThan((runCount * branches.length) / 10);

  const approvals = await runs.database.approval.findMany({
    where: { runId: { in: ids } },
    include: { decisions: true },
  });
  expect(approvals).toHaveLength(2 * runCount);
  expect(approvals.filter(({ status, decisions }) => status !== 'decided' || decisions.length !== 1)).toEqual(
    [],
  );
  expect(new Set(taken).size).toBe(taken.length);
}, 600_000);
