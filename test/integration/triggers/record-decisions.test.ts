import { randomUUID } from 'node:crypto';
import { startQueuedFirings } from '../../../activities/triggers/queued-firings';
import { roomChannel } from '../../../infra/relay/relay';
import { runWorkflowId } from '../../../workflows/contracts/run/run';
import { eventually } from '../../support/eventually';
import { emptyGraph, terminate } from '../runs/run-fixture';
import {
  batchOf,
  eventOf,
  fireOf,
  openTriggerFixture,
  skipOf,
  type Place,
  type TriggerFixture,
} from './trigger-fixture';

let fixture: TriggerFixture;
let place: Place;

beforeAll(() => {
  fixture = openTriggerFixture();
});
beforeEach(async () => {
  place = await fixture.newPlace();
});
afterAll(() => fixture.close());

const record = (...decisions: Parameters<typeof batchOf>[1][]) =>
  fixture.activities.recordDecisions(batchOf(place, ...decisions));

const runsOf = (triggerPolicyId: string) =>
  fixture.database.run.findMany({ where: { triggerPolicyId }, orderBy: { createdAt: 'asc' } });

const fires = (policyId: string, count: number) =>
  Array.from({ length: count }, () => fireOf(policyId, eventOf(place.roomId)));

const end = (runId: string) =>
  fixture.recorder.record({ runId, workspaceId: place.workspaceId, roomId: place.roomId }, [
    { type: 'run', key: 'ended', at: Date.now(), status: 'completed', output: null },
  ]);

test('a firing stores its run with what came of it, and tells the room, once however often it is decided', async () => {
  const policyId = await fixture.newPolicy(place, { name: 'Answer', createdById: randomUUID() });
  const event = eventOf(place.roomId, { depth: 2 });
  const fire = fireOf(policyId, event, { count: 7 });
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => record(fire)));
  const { runId, firingId } = fire;
  const { workflowId } = place;
  for (const outcome of [...outcomes, await record(fire)]) {
    const run = { runId, workflowId, version: 1, workflowName: 'Flow' };
    expect(outcome).toEqual([{ firingId, policyId, outcome: 'fired', run }]);
  }
  const [run, ...more] = await runsOf(policyId);
  expect(more).toEqual([]);
  const variable = { id: event.id, type: 'user_message', sessionId: place.roomId, text: 'Hello' };
  expect(run).toMatchObject({
    ...{ id: runId, status: 'queued', kind: 'workflow', roomId: place.roomId, sessionId: null, version: 1 },
    ...{ triggerType: 'user_message', triggerDepth: 3, triggerMessageId: event.id, input: { text: 'Hello' } },
    triggerData: {
      policy: { id: policyId, name: 'Answer' },
      firingId,
      count: 7,
      event: variable,
      events: [variable],
    },
  });
  expect(await fixture.firingsOf(policyId)).toMatchObject([
    { id: firingId, status: 'fired', count: 7, runId },
  ]);
  const { newest } = await fixture.relay.tail(roomChannel(place.roomId), 10);
  expect(newest.map(({ frame }) => JSON.parse(frame) as object)).toMatchObject([
    { type: 'trigger.fired', policyId, name: 'Answer', eventType: 'user_message', runId },
  ]);
});

test('skips that are alike are counted in one record, each once', async () => {
  const policyId = await fixture.newPolicy(place);
  const [first, second] = [eventOf(place.roomId), eventOf(place.roomId)];
  const skip = skipOf(policyId, first, { count: 3 });
  await record(skip);
  await record(skip);
  const later = { ...skip, event: second, count: 5 };
  await record(later, skipOf(policyId, first, { reason: 'quiet_hours' }));
  await record(later);
  // Told late, by a task that was lost.
  await record(skip);
  const firings = await fixture.firingsOf(policyId);
  expect(firings.map(({ reason, count }) => [reason, count]).sort()).toEqual([
    ['cooldown', 5],
    ['quiet_hours', 1],
  ]);
});

test('what is decided for a policy that is gone, disabled, or of another workspace runs nothing', async () => {
  const disabled = await fixture.newPolicy(place, { enabled: false });
  const foreign = await fixture.newPolicy(await fixture.newPlace());
  const event = eventOf(place.roomId);
  const outcomes = await record(
    ...[disabled, foreign, randomUUID()].map((policyId) => fireOf(policyId, event)),
    skipOf(randomUUID(), event),
  );
  expect(outcomes).toMatchObject(
    Array.from({ length: 3 }, () => ({ outcome: 'skipped', reason: 'disabled' })),
  );
  expect(await fixture.firingsOf(disabled)).toMatchObject([{ status: 'skipped', reason: 'disabled' }]);
  expect(await fixture.firingsOf(foreign)).toEqual([]);
  expect(await fixture.database.run.count({ where: { workspaceId: place.workspaceId } })).toBe(0);
});

test('the version is the one named or the one published last, as it is when the policy fires', async () => {
  const { database } = fixture;
  const where = { id: place.workflowId };
  const pinned = await fixture.newPolicy(place, { version: 1 });
  const latest = await fixture.newPolicy(place);
  const missing = await fixture.newPolicy(place, { version: 9 });
  await database.workflowVersion.create({
    data: {
      workflowId: place.workflowId,
      version: 2,
      graph: {},
      compiled: { ...emptyGraph } as never,
      hash: 'h2',
    },
  });
  await database.workflow.update({ where, data: { publishedVersion: 2 } });
  const event = eventOf(place.roomId);
  expect(await record(...[pinned, latest, missing].map((id) => fireOf(id, event)))).toMatchObject([
    { run: { version: 1 } },
    { run: { version: 2 } },
    { outcome: 'skipped', reason: 'workflow_missing' },
  ]);
  await database.workflow.update({ where, data: { deletedAt: new Date() } });
  expect(await record(fireOf(pinned, event))).toMatchObject([{ reason: 'workflow_missing' }]);
});

test('an input that the workflow does not take is said so', async () => {
  const inputSchema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
  const workflowId = await fixture.newWorkflow(place.workspaceId, { inputSchema });
  const policyId = await fixture.newPolicy({ ...place, workflowId });
  const event = eventOf(place.roomId);
  const outcomes = await record(
    fireOf(policyId, event, { input: {} }),
    fireOf(policyId, event, { input: { n: 1 } }),
  );
  expect(outcomes).toMatchObject([{ reason: 'payload_invalid' }, { outcome: 'fired' }]);
  const skipped = (await fixture.firingsOf(policyId)).find(({ status }) => status === 'skipped');
  expect(skipped?.detail).toContain('"n" is missing');
});

test('a deleted room takes no runs', async () => {
  const policyId = await fixture.newPolicy(place);
  await fixture.database.room.update({ where: { id: place.roomId }, data: { deletedAt: new Date() } });
  expect(await record(fireOf(policyId, eventOf(place.roomId)))).toMatchObject([{ reason: 'scope_gone' }]);
});

test.each(['skip', 'queue'])(
  'of firings at once from many hosts no more run than may: %s',
  async (overLimit) => {
    const policyId = await fixture.newPolicy(place, { maxConcurrent: 3, overLimit });
    const outcomes = await Promise.all(fires(policyId, 20).map((fire) => record(fire)));
    const over = overLimit === 'skip' ? 'skipped' : 'queued';
    expect(outcomes.map(([first]) => first?.outcome).sort()).toEqual(
      [...Array<string>(3).fill('fired'), ...Array<string>(17).fill(over)].sort(),
    );
    expect(await runsOf(policyId)).toHaveLength(3);
  },
);

test('queued firings begin in their order as runs end, and each once', async () => {
  const policyId = await fixture.newPolicy(place, { maxConcurrent: 1, overLimit: 'queue' });
  const at = Date.now();
  const decided = [0, 1, 2, 3].map((ms) => fireOf(policyId, eventOf(place.roomId, { at: at + ms })));
  const [first, ...batch] = decided;
  if (first) await record(first);
  await record(...batch);
  for (const [index, { runId }] of decided.entries()) {
    const rows = await eventually(`run ${String(index)}`, async () => {
      const found = await runsOf(policyId);
      return found.length > index && found;
    });
    expect(rows.map(({ id }) => id)).toEqual(decided.slice(0, index + 1).map((fire) => fire.runId));
    await Promise.all([
      end(runId),
      startQueuedFirings(fixture, policyId),
      startQueuedFirings(fixture, policyId),
    ]);
  }
  expect((await fixture.firingsOf(policyId)).map(({ status, pending }) => [status, pending])).toEqual(
    decided.map(() => ['fired', null]),
  );
  for (const { runId } of decided.slice(1)) {
    const handle = fixture.client.workflow.getHandle(runWorkflowId(runId));
    await eventually('its start', () => handle.describe());
    await terminate(handle);
  }
});

test('a queued firing is decided again as what became of it', async () => {
  const policyId = await fixture.newPolicy(place, { maxConcurrent: 1, overLimit: 'queue' });
  const [first, second] = fires(policyId, 2);
  if (!first || !second) throw new Error('two');
  expect(await record(first, second)).toMatchObject([{ outcome: 'fired' }, { outcome: 'queued' }]);
  expect(await record(second)).toMatchObject([{ outcome: 'queued' }]);
  await end(first.runId);
  await eventually('the second', async () => (await runsOf(policyId)).length === 2);
  expect(await record(second)).toMatchObject([{ outcome: 'fired', run: { runId: second.runId } }]);
  const handle = fixture.client.workflow.getHandle(runWorkflowId(second.runId));
  await eventually('its start', () => handle.describe());
  await terminate(handle);
});

test('queued firings of a policy that was disabled are skipped', async () => {
  const policyId = await fixture.newPolicy(place, { maxConcurrent: 1, overLimit: 'queue' });
  await record(...fires(policyId, 2));
  await fixture.database.triggerPolicy.update({ where: { id: policyId }, data: { enabled: false } });
  await startQueuedFirings(fixture, policyId);
  expect((await fixture.firingsOf(policyId)).map(({ status }) => status).sort()).toEqual([
    'fired',
    'skipped',
  ]);
});

test('the oldest runs make place for newer ones, and those that would be replaced at once do not begin', async () => {
  const policyId = await fixture.newPolicy(place, { maxConcurrent: 2, overLimit: 'replace' });
  const [a, b, c, d, e] = fires(policyId, 5);
  if (!a || !b || !c || !d || !e) throw new Error('five');
  await record(a);
  await record(b);
  expect(await record(c, d, e)).toMatchObject([
    { reason: 'concurrency' },
    { outcome: 'fired' },
    { outcome: 'fired' },
  ]);
  const runs = await eventually('the replacement', async () => {
    const rows = await runsOf(policyId);
    return rows.filter(({ status }) => status === 'cancelled').length === 2 && rows;
  });
  expect(Object.fromEntries(runs.map(({ id, status }) => [id, status]))).toEqual({
    ...{ [a.runId]: 'cancelled', [b.runId]: 'cancelled' },
    ...{ [d.runId]: 'queued', [e.runId]: 'queued' },
  });
});
