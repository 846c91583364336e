import { randomUUID } from 'node:crypto';
import { roomChannel, runChannel } from '../../../infra/relay/relay';
import { pubSubChannel } from '../../../infra/relay/relay-wire';
import { createSubscriber } from '../../../infra/redis/client';
import type { NodeEntry, RunEntry } from '../../../workflows/contracts/run/activities';
import type { ApprovalRequest } from '../../../workflows/contracts/run/approvals';
import { eventually } from '../../support/eventually';
import { openRunFixture, type RunFixture, type TestRun } from './run-fixture';

let fixture: RunFixture;

beforeAll(() => {
  fixture = openRunFixture();
});
afterAll(() => fixture.close());

const at = Date.UTC(2026, 0, 1);

const node = (nodeKey: string, status: NodeEntry['status'], more: Partial<NodeEntry> = {}): NodeEntry => ({
  ...{
    type: 'node',
    key: `${nodeKey}/${status}`,
    at,
    nodeKey,
    nodeId: nodeKey,
    kind: 'transform',
    label: nodeKey,
  },
  status,
  ...more,
});

const request: ApprovalRequest = {
  ...{ title: 'Send it?', description: 'The reply is ready.', schema: null, quorum: 2 },
  actions: [
    { id: 'yes', label: 'Yes' },
    { id: 'no', label: 'No' },
  ],
  assignees: { roles: ['teacher'], users: [] },
  ...{ reminderSeconds: 60, timeoutSeconds: 3600 },
  escalation: { afterSeconds: 120, assignees: { roles: ['admin'], users: [] } },
};

const record = (run: TestRun, ...entries: RunEntry[]): Promise<void> => fixture.recorder.record(run, entries);

async function log(run: TestRun): Promise<string[]> {
  const events = await fixture.database.runEvent.findMany({
    where: { runId: run.runId },
    orderBy: { seq: 'asc' },
  });
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  return events.map(({ type }) => type);
}

const rowOf = (run: TestRun, key: string) =>
  fixture.database.nodeRun.findUniqueOrThrow({ where: { runId_key: { runId: run.runId, key } } });

const runRow = ({ runId }: TestRun) => fixture.database.run.findUniqueOrThrow({ where: { id: runId } });

test('a batch told twice, the second time with more in it, is stored and logged once', async () => {
  const run = await fixture.newRun();
  const first = [
    node('a', 'running', { input: { n: 1 } }),
    node('a', 'completed', { at: at + 5, output: 7, handles: ['out'] }),
  ];
  await record(run, ...first);
  await record(run, ...first, node('b', 'skipped'));
  expect(await log(run)).toEqual(['node.running', 'node.completed', 'node.skipped']);
  expect(await rowOf(run, 'a')).toMatchObject({
    ...{ status: 'completed', input: { n: 1 }, output: 7, handles: ['out'] },
    ...{ startedAt: new Date(at), endedAt: new Date(at + 5) },
  });
  expect((await runRow(run)).lastEventSeq).toBe(3);
});

test('a completed node is never set back, nor is it said to have failed', async () => {
  const run = await fixture.newRun();
  await record(run, node('a', 'completed', { output: 1 }));
  await record(run, node('a', 'running'));
  await record(run, node('a', 'failed', { error: { code: 'node_timeout', detail: 'late' } }));
  expect(await rowOf(run, 'a')).toMatchObject({ status: 'completed', output: 1, error: null });
  expect(await log(run)).toEqual(['node.completed']);
});

test('recorders in several processes give a run’s events places without gaps', async () => {
  const run = await fixture.newRun();
  const others = [openRunFixture(), openRunFixture(), openRunFixture()];
  await Promise.all(
    others.flatMap(({ recorder }, process) =>
      Array.from({ length: 30 }, (_, index) => {
        const key = `n${String(process)}-${String(index)}`;
        return recorder.record(run, [node(key, 'running'), node(key, 'completed')]);
      }),
    ),
  );
  expect(await log(run)).toHaveLength(180);
  await Promise.all(others.map((other) => other.close()));
});

test('the end of a run sums up what its nodes cost, and is final', async () => {
  const run = await fixture.newRun({ status: 'queued' });
  await fixture.database.nodeRun.createMany({
    data: [
      {
        runId: run.runId,
        key: 'a',
        kind: 'agent',
        status: 'completed',
        promptTokens: 5,
        completionTokens: 2,
        costMicros: 30,
      },
      {
        runId: run.runId,
        key: 'b',
        kind: 'agent',
        status: 'failed',
        promptTokens: 1,
        completionTokens: 1,
        costMicros: 4,
      },
      { runId: run.runId, key: 'c', kind: 'agent', status: 'completed', promptTokens: 9, reused: true },
    ],
  });
  await record(run, { type: 'run', key: 'opened', at, status: 'running' });
  await record(run, { type: 'run', key: 'ended', at: at + 10, status: 'completed', output: { answer: 1 } });
  await record(run, {
    type: 'run',
    key: 'late',
    at: at + 20,
    status: 'failed',
    error: { code: 'run_lost', detail: 'x' },
  });
  expect(await runRow(run)).toMatchObject({
    ...{
      status: 'completed',
      output: { answer: 1 },
      error: null,
      promptTokens: 6,
      completionTokens: 3,
      costMicros: 34n,
    },
    ...{ startedAt: new Date(at), endedAt: new Date(at + 10) },
  });
});

test('an opening that comes late changes no status, and one that comes with the end says when the run began', async () => {
  const opened: RunEntry = { type: 'run', key: 'opened', at, status: 'running' };
  const waiting = await fixture.newRun({ status: 'queued' });
  await record(waiting, { type: 'run', key: 'waiting', at: at + 10, status: 'waiting' });
  await record(waiting, opened);
  expect(await runRow(waiting)).toMatchObject({ status: 'waiting', startedAt: new Date(at + 10) });
  const brief = await fixture.newRun({ status: 'queued' });
  await record(brief, opened, { type: 'run', key: 'ended', at: at + 20, status: 'completed', output: 1 });
  expect(await runRow(brief)).toMatchObject({ startedAt: new Date(at), endedAt: new Date(at + 20) });
});

test('what Postgres cannot store in JSON is left out of it', async () => {
  const run = await fixture.newRun();
  await record(run, node('a', 'completed', { output: { 'k\u0000': 'a\u0000b\ud800c \\u0000' } }));
  expect((await rowOf(run, 'a')).output).toEqual({ k: 'ab\ufffdc \\u0000' });
});

test('long outputs are in the node run, not in the log', async () => {
  const run = await fixture.newRun();
  await record(run, node('a', 'completed', { output: 'x'.repeat(20_000) }));
  const [event] = await fixture.database.runEvent.findMany({ where: { runId: run.runId } });
  expect(event?.data).not.toHaveProperty('output');
  expect((await rowOf(run, 'a')).output).toHaveLength(20_000);
});

test('an approval is stored with its decisions, and the room is told once of each', async () => {
  const workspaceId = await fixture.newWorkspace();
  const roomId = await fixture.newRoom(workspaceId);
  const run = await fixture.newRun({ workspaceId, roomId });
  const approvalId = randomUUID();
  const [ann, ben] = [randomUUID(), randomUUID()];
  const about = { at, approvalId, nodeKey: 'ask' };
  const vote = (userId: string, name: string, decided: boolean): RunEntry => ({
    ...{ type: 'approval.decision', ...about, key: `by/${userId}`, decided },
    decision: {
      userId,
      name,
      action: 'yes',
      data: null,
      comment: null,
      decidedAt: new Date(at).toISOString(),
    },
  });
  const asked: RunEntry = { type: 'approval.requested', key: 'asked', ...about, request };
  const reminded: RunEntry = {
    type: 'approval.reminded',
    key: 'r1',
    ...about,
    request,
    count: 1,
    escalated: true,
  };
  await record(run, asked);
  await record(run, reminded, vote(ann, 'Ann', false));
  await record(run, asked, reminded, vote(ann, 'Ann', false), vote(ben, 'Ben', true));
  await record(run, { type: 'approval.ended', key: 'gone', ...about, status: 'cancelled' });

  const stored = await fixture.database.approval.findUniqueOrThrow({
    where: { id: approvalId },
    include: { decisions: true },
  });
  expect(stored).toMatchObject({ status: 'decided', action: 'yes', roomId, reminders: 1, nodeKey: 'ask' });
  expect(stored.dueAt).toEqual(new Date(at + 3_600_000));
  expect(stored.decisions.map(({ name }) => name).sort()).toEqual(['Ann', 'Ben']);
  const { newest } = await fixture.relay.tail(roomChannel(roomId), 100);
  const frames = newest.map(
    ({ frame }) => JSON.parse(frame) as { type: string; status?: string; assignees?: unknown },
  );
  expect(frames.map(({ type, status }) => status ?? type)).toEqual([
    ...['approval.requested', 'approval.requested', 'voted', 'decided', 'cancelled'],
  ]);
  expect(frames[1]).toMatchObject({
    reminder: 1,
    escalated: true,
    assignees: { roles: ['teacher', 'admin'] },
  });
});

test('an escalation lets more people decide', async () => {
  const run = await fixture.newRun();
  const about = { at, approvalId: randomUUID(), nodeKey: 'ask' };
  await record(run, { type: 'approval.requested', key: 'asked', ...about, request });
  await record(run, { type: 'approval.reminded', key: 'r', ...about, request, count: 0, escalated: true });
  const stored = await fixture.database.approval.findUniqueOrThrow({ where: { id: about.approvalId } });
  expect(stored).toMatchObject({
    status: 'pending',
    roles: ['teacher', 'admin'],
    escalated: true,
    reminders: 0,
  });
});

test('listeners of the run are nudged', async () => {
  const run = await fixture.newRun();
  const subscriber = createSubscriber(process.env.REDIS_URL ?? '');
  const heard: string[] = [];
  subscriber.on('message', (_channel, message) => heard.push(message));
  await subscriber.subscribe(pubSubChannel(runChannel(run.runId)));
  await record(run, node('a', 'running'), node('a', 'completed'));
  await eventually('the nudge', () => heard.length > 0);
  expect(heard).toEqual(['!{"type":"run.changed","seq":2}']);
  subscriber.disconnect();
});

test('a run of another workspace, or that was deleted, is gone', async () => {
  const run = await fixture.newRun();
  const elsewhere = { ...run, workspaceId: await fixture.newWorkspace() };
  await expect(record(elsewhere, node('a', 'running'))).rejects.toMatchObject({
    type: 'run_gone',
    nonRetryable: true,
  });
  expect(await fixture.database.nodeRun.count({ where: { runId: run.runId } })).toBe(0);
});
