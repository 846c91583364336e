import { randomUUID } from 'node:crypto';
import { DecisionRefusedError } from '../../../infra/temporal/run-gateway';
import { graph, node } from '../../support/graphs/catalogue';
import { eventually } from '../../support/eventually';
import { openRunFixture, type RunFixture } from '../../support/graphs/run-fixture';

// Several times what a busy machine needs.
jest.setTimeout(180_000);

let runs: RunFixture;

beforeAll(async () => {
  runs = await openRunFixture();
});

afterAll(() => runs.stop());

const people = { title: 'Go on?', assignees: { roles: ['admin'] } };
const asking = (more: object = {}, ...edges: string[]): ReturnType<typeof graph> =>
  graph(
    [
      node('start', 'trigger'),
      node('ask', 'human_input', { ...people, ...more }),
      node('yes', 'transform', { output: { v: '1' } }),
      node('no', 'transform', { output: { v: '0' } }),
    ],
    'start -> ask',
    'ask.approve -> yes',
    'ask.reject -> no',
    ...edges,
  );

test('20 people decide at once: one wins, the others hear who, also after the end', async () => {
  const runId = await runs.run(asking());
  const approvalId = await runs.asked(runId);
  const replies = await Promise.allSettled(
    Array.from({ length: 20 }, (_, at) => runs.decide(runId, approvalId, at % 2 ? 'approve' : 'reject')),
  );
  const winners = replies.flatMap((reply) => (reply.status === 'fulfilled' ? [reply.value] : []));
  expect(winners).toHaveLength(1);
  const { nodes } = await runs.ended(runId);
  const action = winners[0]?.decision.action;
  expect([nodes.yes?.status, nodes.no?.status]).toEqual(
    action === 'approve' ? ['completed', 'skipped'] : ['skipped', 'completed'],
  );
  const losers = replies.flatMap((reply) => (reply.status === 'rejected' ? [reply.reason as unknown] : []));
  expect(losers.every((reason) => reason instanceof DecisionRefusedError)).toBe(true);
  // Its record ends a little before its workflow, which would still say who decided.
  expect(await runs.gateway.result(runId, 30_000)).toMatchObject({ status: 'completed' });
  await expect(runs.decide(runId, approvalId)).rejects.toMatchObject({ reason: 'approval_not_pending' });
  expect(await runs.database.approvalDecision.count({ where: { approvalId } })).toBe(1);
});

test('quorum: two must agree; nobody votes twice; an action that is not offered is refused', async () => {
  const runId = await runs.run(asking({ quorum: 2 }));
  const approvalId = await runs.asked(runId);
  const ann = randomUUID();
  expect(await runs.decide(runId, approvalId, 'approve', ann)).toMatchObject({ decided: false, missing: 1 });
  await expect(runs.decide(runId, approvalId, 'reject', ann)).rejects.toMatchObject({
    reason: 'already_voted',
  });
  await expect(runs.decide(runId, approvalId, 'maybe')).rejects.toMatchObject({ reason: 'unknown_action' });
  expect(await runs.decide(runId, approvalId, 'reject')).toMatchObject({ decided: false });
  expect(await runs.decide(runId, approvalId, 'approve')).toMatchObject({ decided: true });
  expect((await runs.ended(runId)).nodes.yes?.status).toBe('completed');
});

test('reminders, then an escalation, then the timeout branch', async () => {
  const user = randomUUID();
  const workflowId = await runs.publish(
    asking(
      {
        reminderSeconds: 60,
        escalation: { afterSeconds: 0.8, assignees: { users: [user] } },
        waitSeconds: 1.8,
      },
      'ask.timeout -> no',
    ),
  );
  // Sooner than users may ask for.
  await runs.database.$executeRaw`
    UPDATE workflow_versions SET compiled = replace(compiled::text, '"reminderSeconds": 60', '"reminderSeconds": 0.5')::jsonb
    WHERE workflow_id = ${workflowId}::uuid`;
  const runId = await runs.start(workflowId);
  const { nodes, events } = await runs.ended(runId);
  expect(nodes.no?.status).toBe('completed');
  expect(events.filter((event) => event === 'approval.requested ask').length).toBeGreaterThanOrEqual(4);
  const approval = await runs.database.approval.findFirstOrThrow({ where: { runId } });
  expect(approval).toMatchObject({ status: 'timed_out', escalated: true, userIds: [user], reminders: 3 });
  await expect(runs.decide(runId, approval.id)).rejects.toMatchObject({ reason: 'approval_not_pending' });
});

test('in a loop and beside it: each question stands for itself', async () => {
  const runId = await runs.run(
    graph(
      [
        node('start', 'trigger'),
        node('each', 'loop', {
          over: '[1, 2, 3]',
          max: 3,
          concurrency: 3,
          collect: 'has(nodes.yes) ? nodes.yes.v : 0',
        }),
        node('ask', 'human_input', people, 'each'),
        node('yes', 'transform', { output: { v: 'item' } }, 'each'),
        node('no', 'transform', { output: { v: '0' } }, 'each'),
        node('beside', 'human_input', people),
        node('end', 'join'),
      ],
      'start -> each',
      'start -> beside',
      'ask.approve -> yes',
      'ask.reject -> no',
      'each -> end',
      'beside.approve -> end',
      'beside.reject -> end',
    ),
  );
  await Promise.all(
    [0, 1, 2].map(async (at) =>
      runs.decide(runId, await runs.asked(runId, `each[${at}]/ask`), at === 1 ? 'reject' : 'approve'),
    ),
  );
  await runs.decide(runId, await runs.asked(runId, 'beside'));
  const { output } = await runs.ended(runId);
  expect(output).toMatchObject({ end: { values: { each: { items: [1, 0, 3] } } } });
});

test('a join that is satisfied takes the question back', async () => {
  const { runId, nodes } = await runs.play(
    graph(
      [
        node('start', 'trigger'),
        node('ask', 'human_input', people),
        node('nap', 'delay', { seconds: 1 }),
        node('first', 'join', { mode: 'any' }),
      ],
      'start -> ask',
      'start -> nap',
      'ask.approve -> first',
      'ask.reject -> first',
      'nap -> first',
    ),
  );
  expect(nodes).toMatchObject({ ask: { status: 'cancelled' }, first: { output: { taken: ['nap'] } } });
  expect(await runs.database.approval.findMany({ where: { runId } })).toMatchObject([
    { status: 'cancelled' },
  ]);
});

test('while paused, nothing begins; what people decide counts', async () => {
  const runId = await runs.run(asking());
  const approvalId = await runs.asked(runId);
  await runs.gateway.pause(runId, 'Ann');
  await runs.decide(runId, approvalId);
  await eventually(
    'recorded',
    () => runs.database.nodeRun.findFirst({ where: { runId, key: 'ask', status: 'completed' } }),
    45,
  );
  // Its turn has come, and it would be over by now if nothing held it back.
  await eventually('its turn', async () => (await runs.gateway.progress(runId))?.running.includes('yes'), 45);
  expect(await runs.database.nodeRun.count({ where: { runId, key: 'yes', status: 'completed' } })).toBe(0);
  await runs.gateway.resume(runId, 'Ann');
  const { events, nodes } = await runs.ended(runId);
  expect(nodes.yes?.status).toBe('completed');
  expect(events.filter((event) => event.startsWith('run.'))).toEqual(
    expect.arrayContaining(['run.paused', 'run.running', 'run.completed']),
  );
});
