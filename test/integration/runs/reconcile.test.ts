import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { RecordEntry } from '../../../activities/runs/run-records';
import { failLostRuns, startOverdueRuns, type ReconcileDeps } from '../../../apps/worker/reconcile-runs';
import { createTemporalClient } from '../../../infra/temporal/client';
import { createRoomGateway } from '../../../infra/temporal/temporal-room-gateway';
import { createRunGateway } from '../../../infra/temporal/temporal-run-gateway';
import { runWorkflowId } from '../../../workflows/contracts/run/run';
import { eventually } from '../../support/eventually';
import { openRunFixture, terminate, type RunFixture, type TestRun } from './run-fixture';

let fixture: RunFixture;
let deps: ReconcileDeps;
const client = createTemporalClient({ address: process.env.TEMPORAL_ADDRESS ?? '', namespace: 'default' });

beforeAll(() => {
  fixture = openRunFixture();
  const { database, recorder, logger } = fixture;
  deps = {
    ...{ database, client, recorder, logger },
    ...{ runs: createRunGateway(client), rooms: createRoomGateway(client) },
  };
});

afterAll(async () => {
  await client.connection.close();
  await fixture.close();
});

const handleOf = ({ runId }: TestRun) => client.workflow.getHandle(runWorkflowId(runId));
const isKnown = (run: TestRun): Promise<boolean> =>
  handleOf(run)
    .describe()
    .then(() => true)
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    });

/** Visibility learns of an end a little later. */
const isListedAsTerminated = (run: TestRun): Promise<true> =>
  eventually(
    `the end of ${run.runId} is listed`,
    async () => {
      const query = `WorkflowId = "${runWorkflowId(run.runId)}" AND ExecutionStatus = "Terminated"`;
      const { done } = await client.workflow.list({ query })[Symbol.asyncIterator]().next();
      return !done;
    },
    40,
  );

/** No worker serves this queue. */
const startElsewhere = async (run: TestRun): Promise<void> => {
  await client.workflow.start('runWorkflow', {
    ...{ workflowId: runWorkflowId(run.runId), taskQueue: `test-${randomUUID()}`, args: [] },
  });
};

test('a run that was stored but not started is started; younger ones and those of sub-workflows are not', async () => {
  const workspaceId = await fixture.newWorkspace();
  const workflowId = await fixture.newWorkflow(workspaceId);
  // Only so many are started at a time, the oldest first: whatever other tests have left comes later.
  const createdAt = new Date(0);
  const queued = { workspaceId, workflowId, version: 1, status: 'queued' as const };
  const overdue = await fixture.newRun({ ...queued, createdAt });
  const young = await fixture.newRun(queued);
  const child = await fixture.newRun({ ...queued, createdAt, parentRunId: overdue.runId, parentKey: 'sub' });
  await startOverdueRuns(deps);
  await startOverdueRuns(deps);
  expect(await Promise.all([overdue, young, child].map(isKnown))).toEqual([true, false, false]);
  await terminate(handleOf(overdue));
});

test('a run whose workflow was terminated has failed, with everything in it', async () => {
  const since = new Date(Date.now() - 5000);
  const [lost, done] = [
    await fixture.newRun(),
    await fixture.newRun({ status: 'completed', endedAt: new Date() }),
  ];
  const open = await fixture.newRun();
  const at = Date.now();
  const node = { nodeKey: 'ask', nodeId: 'ask', kind: 'human_input', label: 'Ask' };
  const approvalId = randomUUID();
  const entries: RecordEntry[] = [
    { type: 'node', key: 'ask/waiting', at, ...node, status: 'waiting' },
    {
      ...{ type: 'approval.requested', key: 'asked', at, approvalId, nodeKey: 'ask' },
      request: {
        ...{ title: 'OK?', description: '', schema: null, quorum: 1, actions: [{ id: 'yes', label: 'Yes' }] },
        ...{ assignees: { roles: ['admin'], users: [] }, reminderSeconds: null, escalation: null },
        timeoutSeconds: null,
      },
    },
  ];
  await fixture.recorder.record(lost, entries);
  for (const run of [lost, done, open]) await startElsewhere(run);
  await handleOf(lost).terminate();
  await handleOf(done).terminate();
  for (const run of [lost, done]) await isListedAsTerminated(run);

  const read = (run: TestRun) =>
    fixture.database.run.findUniqueOrThrow({
      where: { id: run.runId },
      include: { nodeRuns: true, approvals: true, events: { orderBy: { seq: 'asc' } } },
    });
  await failLostRuns(deps, since);
  const found = await read(lost);
  await failLostRuns(deps, since);
  expect(found).toMatchObject({
    ...{ status: 'failed', error: { code: 'run_lost' } },
    nodeRuns: [{ key: 'ask', status: 'cancelled' }],
    approvals: [{ id: approvalId, status: 'cancelled' }],
  });
  expect((await read(lost)).events.map(({ type }) => type)).toEqual([
    ...['node.waiting', 'approval.requested', 'approval.decided', 'node.cancelled', 'run.failed'],
  ]);
  expect((await read(done)).status).toBe('completed');
  expect((await read(open)).status).toBe('running');
  await handleOf(open).terminate();
});
