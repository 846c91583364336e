import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createTemporalClient } from '../../../infra/temporal/client';
import { TemporalUnavailableError } from '../../../infra/temporal/room-gateway';
import type { RunGateway, RunStart } from '../../../infra/temporal/run-gateway';
import { createRunGateway } from '../../../infra/temporal/temporal-run-gateway';
import { runWorkflowId, runWorkflowType } from '../../../workflows/contracts/run/run';
import { eventually } from '../../support/eventually';
import { terminate } from './run-fixture';

const address = process.env.TEMPORAL_ADDRESS ?? '';
const taskQueue = `test-${randomUUID()}`;
let client: Client;
let gateway: RunGateway;
let stop: () => Promise<void>;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    ...{ connection, taskQueue },
    workflowsPath: require.resolve('./gateway-workflow.ts'),
  });
  const running = worker.run();
  client = createTemporalClient({ address, namespace: 'default' });
  gateway = createRunGateway(client);
  stop = async () => {
    worker.shutdown();
    await running;
    await client.connection.close();
    await connection.close();
  };
});

afterAll(() => stop());

/** A workflow under a run's id, at this file's worker. */
async function newRun(more: object = {}): Promise<string> {
  const runId = randomUUID();
  await client.workflow.start(runWorkflowType, {
    ...{ taskQueue, workflowId: runWorkflowId(runId), workflowExecutionTimeout: '60s' },
    args: [{ runId, ...more }],
  });
  return runId;
}

const decision = (userId: string, action = 'yes') => ({
  ...{ approvalId: randomUUID(), userId, name: userId, action, data: null, comment: null },
});

describe('starting a run', () => {
  const start = (more: Partial<RunStart> = {}): RunStart => ({
    ...{ runId: randomUUID(), workspaceId: randomUUID(), roomId: randomUUID(), workflowId: randomUUID() },
    ...{ version: 3, triggerType: 'api', initiator: 'ann', workflowName: 'Triage' },
    ...more,
  });

  it('is for operators to find, and starts it once, also when it has ended', async () => {
    const run = start();
    await gateway.start(run);
    await gateway.start(run);
    const handle = client.workflow.getHandle(runWorkflowId(run.runId));
    const description = await handle.describe();
    const { events } = await handle.fetchHistory();
    const started = events?.[0]?.workflowExecutionStartedEventAttributes;
    expect(description.type).toBe('runWorkflow');
    expect(
      Object.fromEntries(
        description.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
      ),
    ).toMatchObject({
      ...{ WorkspaceId: run.workspaceId, RoomId: run.roomId, DefinitionId: run.workflowId },
      ...{ DefinitionVersion: '3', TriggerType: 'api', Initiator: 'ann' },
    });
    expect(await description.staticSummary()).toBe('Triage, version 3');
    expect(started?.priority).toMatchObject({ priorityKey: 2, fairnessKey: run.workspaceId });
    await terminate(handle);
    await gateway.start(run);
    expect((await handle.describe()).runId).toBe(description.runId);
  });

  it('puts headless runs behind those that rooms wait for', async () => {
    const run = start({ roomId: null });
    await gateway.start(run);
    const handle = client.workflow.getHandle(runWorkflowId(run.runId));
    expect((await handle.describe()).priority).toMatchObject({ priorityKey: 3 });
    await terminate(handle);
  });
});

test('a run is paused, resumed and stopped by name, and its result waited for', async () => {
  const runId = await newRun();
  expect(await gateway.result(runId, 100)).toBeNull();
  expect(await gateway.pause(runId, 'Ann')).toBe(true);
  expect(await gateway.resume(runId, 'Ben')).toBe(true);
  expect(await gateway.progress(runId)).toMatchObject({ running: ['a'], ended: 3 });
  expect(await gateway.cancel(runId, { by: 'Ann', mode: 'stop' })).toBe(true);
  expect(await gateway.result(runId, 30_000)).toEqual({
    status: 'cancelled',
    output: ['pause Ann', 'resume Ben', 'stop Ann', 'let finish'],
  });
  expect(await gateway.pause(runId, 'Ann')).toBe(false);
});

test('cancelling reaches what the run waits for', async () => {
  const runId = await newRun();
  await gateway.cancel(runId, { by: 'Ann', mode: 'cancel' });
  expect((await gateway.result(runId, 30_000))?.output).toEqual(['cancel Ann', 'cancelled']);
});

test('a run that was terminated is lost, one that never was is not known', async () => {
  const runId = await newRun();
  await client.workflow.getHandle(runWorkflowId(runId)).terminate();
  expect(await gateway.result(runId, 30_000)).toMatchObject({
    status: 'failed',
    error: { code: 'run_lost' },
  });
  const nobody = randomUUID();
  expect(await gateway.result(nobody, 1000)).toBeNull();
  expect(await gateway.progress(nobody)).toBeNull();
  expect(await gateway.cancel(nobody, { by: 'Ann', mode: 'cancel' })).toBe(false);
});

describe('a decision', () => {
  it('is taken, or refused with what stands in its way', async () => {
    const runId = await newRun();
    expect(await gateway.decide(runId, decision('ann'))).toMatchObject({ decided: true, missing: 0 });
    await expect(gateway.decide(runId, decision('ben'))).rejects.toMatchObject({
      ...{ name: 'DecisionRefusedError', reason: 'already_decided', details: { userId: 'ann' } },
    });
    await expect(gateway.decide(runId, decision('ann', 'refuse'))).rejects.toMatchObject({
      ...{ reason: 'approval_not_pending', details: { status: 'timed_out' } },
    });
    await gateway.cancel(runId, { by: 'x', mode: 'cancel' });
    expect(await gateway.result(runId, 30_000)).not.toBeNull();
    await expect(gateway.decide(runId, decision('ann'))).rejects.toMatchObject({
      ...{ reason: 'approval_not_pending', details: null },
    });
  });

  it('waits for its place when more people decide at once than Temporal takes', async () => {
    const people = Array.from({ length: 25 }, (_, index) => `user${String(index)}`);
    const crowd = async () => {
      const runId = await newRun({ decisionMs: 150 });
      const decided = await Promise.allSettled(people.map((each) => gateway.decide(runId, decision(each))));
      await gateway.cancel(runId, { by: 'x', mode: 'cancel' });
      return decided.flatMap((each) => (each.status === 'fulfilled' ? [each.value.decision.userId] : []));
    };
    // Places come free within its three seconds of patience unless this process stands still: then a new crowd tries. A
    // gateway that does not wait loses people of every crowd.
    const taken = await eventually(
      'everybody of a crowd finds a place',
      async () => {
        const found = await crowd();
        return found.length === people.length && found;
      },
      40,
    );
    expect(taken).toEqual(people);
  });
});

test('while Temporal is away nothing is taken, and it is said so soon', async () => {
  const away = createTemporalClient({ address: '127.0.0.1:1', namespace: 'default' });
  await expect(createRunGateway(away).pause(randomUUID(), 'Ann')).rejects.toBeInstanceOf(
    TemporalUnavailableError,
  );
  await away.connection.close();
});
