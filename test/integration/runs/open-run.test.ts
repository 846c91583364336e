import { randomUUID } from 'node:crypto';
import { createRunActivities } from '../../../activities/runs/run-activities';
import { createSchemaChecker } from '../../../infra/json-schema/schema-checker';
import { createRoomGateway } from '../../../infra/temporal/temporal-room-gateway';
import { createLogger } from '../../../infra/logger/logger';
import { createTemporalClient } from '../../../infra/temporal/client';
import type { ChildRun, RunRecordActivities } from '../../../workflows/contracts/run/activities';
import { roomWorkflowId, type Submission } from '../../../workflows/contracts/room';
import { eventually } from '../../support/eventually';
import { emptyGraph, openRunFixture, terminate, type RunFixture } from './run-fixture';

let fixture: RunFixture;
let activities: RunRecordActivities;
const client = createTemporalClient({ address: process.env.TEMPORAL_ADDRESS ?? '', namespace: 'default' });

beforeAll(() => {
  fixture = openRunFixture();
  activities = createRunActivities({
    database: fixture.database,
    recorder: fixture.recorder,
    logger: createLogger('test', 'silent'),
    schemas: createSchemaChecker(),
    rooms: createRoomGateway(client),
    tools: new Set(['calculator']),
    limits: { modelSeconds: 30, toolSeconds: 10 },
  });
});

afterAll(async () => {
  await client.connection.close();
  await fixture.close();
});

const runRow = (id: string) => fixture.database.run.findUniqueOrThrow({ where: { id } });
const events = (runId: string) => fixture.database.runEvent.findMany({ where: { runId } });

test('a run is opened with all it needs, marked as running once, and opened again as it was', async () => {
  const workspaceId = await fixture.newWorkspace();
  const roomId = await fixture.newRoom(workspaceId);
  const workflowId = await fixture.newWorkflow(workspaceId);
  const authorId = randomUUID();
  const message = await fixture.database.message.create({
    data: {
      id: randomUUID(),
      roomId,
      seq: 1,
      authorKind: 'user',
      authorId,
      authorName: 'Ann',
      text: 'Hello',
    },
  });
  const { runId } = await fixture.newRun({
    ...{ workspaceId, roomId, workflowId, version: 1, status: 'queued', triggerType: 'message' },
    ...{ triggerMessageId: message.id, sessionId: 's1', input: { n: 1 }, depth: 2, edited: { a: { x: 1 } } },
  });
  await fixture.database.nodeRun.createMany({
    data: [
      {
        runId,
        key: 'a',
        kind: 'agent',
        status: 'completed',
        output: { t: 1 },
        handles: ['out'],
        reused: true,
      },
      { runId, key: 'b', kind: 'agent', status: 'skipped', reused: true },
      { runId, key: 'c', kind: 'agent', status: 'completed', output: 1 },
    ],
  });
  const { claim, value } = await activities.openRun(runId);
  expect(claim).toBe(runId);
  expect(value).toMatchObject({
    ...{ workspaceId, roomId, sessionId: 's1', payload: { n: 1 }, depth: 2, edited: { a: { x: 1 } } },
    ...{ graph: emptyGraph, modelSeconds: 30, toolSeconds: 10 },
    trigger: {
      type: 'message',
      sessionId: 's1',
      message: { id: message.id, text: 'Hello', seq: 1, author: { kind: 'user', id: authorId, name: 'Ann' } },
      room: { id: roomId, name: 'Lab' },
    },
    reused: {
      a: { status: 'completed', output: { t: 1 }, handles: ['out'] },
      b: { status: 'skipped', output: null, handles: [] },
    },
  });
  const row = await eventually(
    'the opening is recorded',
    async () => {
      const found = await runRow(runId);
      return found.status === 'running' ? found : undefined;
    },
    45,
  );
  expect((await activities.openRun(runId)).value).toEqual(value);
  expect(row.startedAt.toISOString()).toBe(value.startedAt);
  expect(await events(runId)).toMatchObject([{ seq: 1, type: 'run.running' }]);
});

test('a headless run has neither message nor room in its trigger', async () => {
  const workspaceId = await fixture.newWorkspace();
  const workflowId = await fixture.newWorkflow(workspaceId);
  const { runId } = await fixture.newRun({ workspaceId, workflowId, version: 1, status: 'queued' });
  const { value } = await activities.openRun(runId);
  expect(value.trigger).toEqual({ type: 'api', sessionId: null, depth: 0 });
  expect(value.payload).toBeNull();
});

test('everything that the graph needs and that is there no more is named', async () => {
  const workspaceId = await fixture.newWorkspace();
  const [active, inactive, foreign] = [
    await fixture.newAgent(workspaceId),
    await fixture.newAgent(workspaceId),
    await fixture.newAgent(await fixture.newWorkspace()),
  ];
  await fixture.database.agent.update({ where: { id: inactive }, data: { status: 'inactive' } });
  const [kept, deleted] = [await fixture.newWorkflow(workspaceId), await fixture.newWorkflow(workspaceId)];
  await fixture.database.workflow.update({ where: { id: deleted }, data: { deletedAt: new Date() } });
  const workflowId = await fixture.newWorkflow(workspaceId, {
    uses: {
      agents: [active, inactive, foreign, 'nonsense'],
      tools: ['calculator', 'gone'],
      workflows: [
        { workflowId: kept, version: 1 },
        { workflowId: kept, version: 2 },
        { workflowId: deleted, version: 1 },
      ],
    },
  });
  const { runId } = await fixture.newRun({ workspaceId, workflowId, version: 1, status: 'queued' });
  await expect(activities.openRun(runId)).rejects.toMatchObject({
    type: 'reference_missing',
    nonRetryable: true,
    details: [
      [
        `agent ${inactive}`,
        `agent ${foreign}`,
        'agent nonsense',
        'tool gone',
        `version 2 of workflow ${kept}`,
        `version 1 of workflow ${deleted}`,
      ],
    ],
  });
  expect((await runRow(runId)).status).toBe('queued');
});

test('a payload that does not satisfy the trigger’s schema is refused', async () => {
  const workspaceId = await fixture.newWorkspace();
  const inputSchema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
  const workflowId = await fixture.newWorkflow(workspaceId, { inputSchema });
  const { runId } = await fixture.newRun({ workspaceId, workflowId, version: 1, input: { n: 'one' } });
  await expect(activities.openRun(runId)).rejects.toMatchObject({
    ...{ type: 'payload_invalid', nonRetryable: true, details: [[{ path: 'n' }]] },
    message: expect.stringContaining('n must be number'),
  });
});

test('a run that was deleted or has ended is gone', async () => {
  const gone = { type: 'run_gone', nonRetryable: true };
  await expect(activities.openRun(randomUUID())).rejects.toMatchObject(gone);
  const workspaceId = await fixture.newWorkspace();
  const workflowId = await fixture.newWorkflow(workspaceId);
  const { runId } = await fixture.newRun({ workspaceId, workflowId, version: 1, status: 'failed' });
  await expect(activities.openRun(runId)).rejects.toMatchObject(gone);
});

test('a value is checked against a schema', async () => {
  const schema = { type: 'object', required: ['a'] };
  const check = (value: object) =>
    activities.checkJson({ claim: randomUUID(), value: { schema, value: { ...value } } });
  expect(await check({ a: 1 })).toEqual([]);
  expect(await check({})).toHaveLength(1);
});

describe('the run of a sub-workflow', () => {
  async function newChild(): Promise<ChildRun> {
    const workspaceId = await fixture.newWorkspace();
    const workflowId = await fixture.newWorkflow(workspaceId);
    const parent = await fixture.newRun({ workspaceId, initiatorId: randomUUID() });
    return {
      ...{
        parentRunId: parent.runId,
        parentKey: 'sub',
        workspaceId,
        roomId: null,
        sessionId: 's',
        workflowId,
      },
      ...{ version: 1, payload: { text: 'a\u0000b' }, depth: 1 },
    };
  }

  it('is made once, however often and wherever it is asked for', async () => {
    const child = await newChild();
    const made = await Promise.all(Array.from({ length: 5 }, () => activities.createChildRun(child)));
    expect(new Set(made.map(({ runId }) => runId)).size).toBe(1);
    const row = await runRow(made[0]?.runId ?? '');
    const parent = await runRow(child.parentRunId);
    expect(row).toMatchObject({
      ...{ kind: 'workflow', status: 'queued', triggerType: 'workflow', depth: 1, input: { text: 'ab' } },
      ...{ temporalId: `run:${row.id}`, initiatorId: parent.initiatorId, version: 1, sessionId: 's' },
    });
  });

  it('is refused when its version is gone, when it is nested too deep, and without its parent', async () => {
    const child = await newChild();
    const refused = (more: Partial<ChildRun>, type: string) =>
      expect(activities.createChildRun({ ...child, ...more })).rejects.toMatchObject({
        type,
        nonRetryable: true,
      });
    await refused({ version: 2 }, 'reference_missing');
    await refused(
      { workflowId: await fixture.newWorkflow(await fixture.newWorkspace()) },
      'reference_missing',
    );
    await refused({ depth: 6 }, 'subworkflow_failed');
    await refused({ parentRunId: randomUUID() }, 'run_gone');
  });
});

test('a post is handed to the room’s workflow, with the key of the stored answer it is taken from', async () => {
  const workspaceId = await fixture.newWorkspace();
  const roomId = await fixture.newRoom(workspaceId);
  const [runId, messageId, agentId] = [randomUUID(), randomUUID(), randomUUID()];
  await activities.postToRoom({
    ...{ runId, workspaceId, roomId, messageId, mentions: [], depth: 2 },
    author: { kind: 'agent', id: agentId, name: 'Ada' },
    content: { answerKey: 'answer' },
  });
  const handle = client.workflow.getHandle(roomWorkflowId(roomId));
  const { events: history } = await handle.fetchHistory();
  const signal = history?.find((event) => event.workflowExecutionSignaledEventAttributes);
  const [payload] = signal?.workflowExecutionSignaledEventAttributes?.input?.payloads ?? [];
  const [submission] = JSON.parse(Buffer.from(payload?.data ?? []).toString()) as Submission[];
  expect(submission).toEqual({
    ...{
      messageId,
      turnId: runId,
      text: '',
      answerKey: 'answer',
      mentions: [],
      depth: 2,
      replyTo: null,
      memberId: null,
    },
    author: { kind: 'agent', id: agentId, name: 'Ada' },
  });
  await terminate(handle);
});
