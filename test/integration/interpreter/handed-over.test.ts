import { randomUUID } from 'node:crypto';
import { findRunnable } from '../../../apps/api/runs/runnable';
import { eventually } from '../../support/eventually';
import { graph, node } from '../../support/graphs/catalogue';
import { openRunFixture, type RunFixture } from '../../support/graphs/run-fixture';
import type { GraphDocument } from '../../../workflows/contracts/graph/document';
import { runWorkflowId } from '../../../workflows/contracts/run/run';

// Several times what a busy machine needs.
jest.setTimeout(180_000);

let runs: RunFixture;

beforeAll(async () => {
  runs = await openRunFixture();
});

afterAll(() => runs.stop());

/** Starts a run as an API does that dies before it records that the run is open. */
async function startAndDie(document: GraphDocument): Promise<string> {
  const { database, workspaceId } = runs;
  const workflowId = await runs.publish(document);
  const { graph: compiled } = await findRunnable(database, { workspaceId, workflowId }, null);
  const runId = randomUUID();
  const of = { workspaceId, workflowId, version: 1, roomId: null, triggerType: 'api' };
  await database.run.create({
    data: {
      ...of,
      id: runId,
      kind: 'workflow',
      status: 'queued',
      temporalId: runWorkflowId(runId),
      input: {},
    },
  });
  await runs.gateway.start({
    ...{ ...of, runId, initiator: 'test', workflowName: 'Flow' },
    opened: {
      ...{ graph: compiled, workspaceId, roomId: null, sessionId: null, payload: {}, depth: 0 },
      ...{ trigger: {}, reused: {}, edited: {}, modelSeconds: 10, toolSeconds: 10 },
      startedAt: new Date().toISOString(),
    },
  });
  return runId;
}

test('an opening that was lost comes with the first of the run’s records', async () => {
  const people = { title: 'Go?', assignees: { roles: ['admin'] } };
  const runId = await startAndDie(
    graph(
      [
        node('start', 'trigger'),
        node('ask', 'human_input', people),
        node('go', 'transform', { output: { v: '1' } }),
        node('stop', 'transform', { output: { v: '2' } }),
      ],
      'start -> ask',
      'ask.approve -> go',
      'ask.reject -> stop',
    ),
  );
  const approvalId = await runs.asked(runId, 'ask');
  await eventually(
    'it waits',
    async () => {
      const { status } = await runs.database.run.findUniqueOrThrow({ where: { id: runId } });
      return status === 'waiting';
    },
    45,
  );
  await runs.decide(runId, approvalId);
  const ended = await runs.ended(runId);
  expect(ended).toMatchObject({ status: 'completed', nodes: { start: { status: 'completed' } } });
  expect(ended.events.slice(0, 2)).toEqual(['run.running', 'node.completed start']);
  expect(new Set(ended.events).size).toBe(ended.events.length);
});
