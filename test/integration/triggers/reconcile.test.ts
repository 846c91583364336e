import { randomUUID } from 'node:crypto';
import { cancelSurplusRuns } from '../../../activities/triggers/surplus-runs';
import { createSubscriptionWaker, sendUnsentEvents } from '../../../apps/worker/reconcile-triggers';
import { keptFirings, purgeTriggers } from '../../../apps/worker/purge-triggers';
import { startQueuedFirings } from '../../../activities/triggers/queued-firings';
import { runWorkflowId } from '../../../workflows/contracts/run/run';
import { webhookWorkflowId } from '../../../workflows/contracts/webhooks';
import { migrate } from '../../../infra/database/migrate';
import { eventually } from '../../support/eventually';
import { terminate } from '../runs/run-fixture';
import { freshDatabase, type FreshDatabase } from '../stack/coagent';
import {
  batchOf,
  eventOf,
  fireOf,
  openTriggerFixture,
  type Place,
  type TriggerFixture,
} from './trigger-fixture';

let fixture: TriggerFixture;
let place: Place;
/** Workers of other tests look after what is in the database of the test run. */
let own: FreshDatabase;

beforeAll(async () => {
  own = await freshDatabase();
  await migrate(own.url);
  fixture = openTriggerFixture(own.url);
});
beforeEach(async () => {
  place = await fixture.newPlace();
});
afterAll(async () => {
  await fixture.close();
  await own.drop();
});

const newEvent = async (more: { ago: number; roomId?: string | null; sentAt?: Date }) => {
  const { ago, ...rest } = more;
  const { workspaceId, roomId } = place;
  const { id } = await fixture.database.triggerEvent.create({
    data: {
      ...{ workspaceId, roomId, type: 'member_joined', sessionId: roomId, data: {}, depth: 1 },
      ...{ createdAt: new Date(Date.now() - ago), ...rest },
    },
  });
  return id;
};

/** Begins something at that time, whatever the clock shows: it looks at the clock first. */
function beginAt(time: number, work: () => Promise<void>): Promise<void> {
  const clock = jest.spyOn(Date, 'now').mockReturnValue(time);
  const working = work();
  clock.mockRestore();
  return working;
}

test('events that were stored and not sent are sent, in order and once', async () => {
  const [late, early] = [await newEvent({ ago: 10_000 }), await newEvent({ ago: 60_000 })];
  const ofWorkspace = await newEvent({ ago: 10_000, roomId: null });
  const now = Date.now();
  await newEvent({ ago: Date.now() - now });
  await newEvent({ ago: 10_000, sentAt: new Date() });
  await beginAt(now, () => sendUnsentEvents(fixture));
  await beginAt(now, () => sendUnsentEvents(fixture));
  expect((await fixture.sentTo(place)).map(({ id }) => id)).toEqual([early, late]);
  expect((await fixture.sentTo({ workspaceId: place.workspaceId })).map(({ id }) => id)).toEqual([
    ofWorkspace,
  ]);
});

test('firings that were left waiting begin', async () => {
  const policyId = await fixture.newPolicy(place, { maxConcurrent: 1, overLimit: 'queue' });
  const [first, second] = [fireOf(policyId, eventOf(place.roomId)), fireOf(policyId, eventOf(place.roomId))];
  await fixture.activities.recordDecisions(batchOf(place, first, second));
  await fixture.database.run.update({
    where: { id: first.runId },
    data: { status: 'completed', endedAt: new Date() },
  });
  await startQueuedFirings(fixture);
  expect(await fixture.database.run.count({ where: { id: second.runId } })).toBe(1);
  // Whoever stored the second firing may be the one that starts it.
  const handle = fixture.client.workflow.getHandle(runWorkflowId(second.runId));
  await eventually('its start', () => handle.describe());
  await terminate(handle);
});

test('runs that were to make place for newer ones, and were not told, are cancelled', async () => {
  const { workspaceId } = place;
  const limits = { replacing: 'replace', queueing: 'queue' };
  const statuses: Record<string, string[]> = {};
  const newest = Date.now();
  for (const [name, overLimit] of Object.entries(limits)) {
    const triggerPolicyId = await fixture.newPolicy(place, { maxConcurrent: 2, overLimit });
    for (let age = 0; age < 4; age += 1) {
      const createdAt = new Date(newest - age);
      await fixture.newRun({ workspaceId, triggerPolicyId, createdAt, status: 'queued' });
    }
    await cancelSurplusRuns(fixture);
    const runs = await fixture.database.run.findMany({
      where: { triggerPolicyId },
      orderBy: { createdAt: 'desc' },
    });
    statuses[name] = runs.map(({ status }) => status);
  }
  expect(statuses).toEqual({
    replacing: ['queued', 'queued', 'cancelled', 'cancelled'],
    queueing: ['queued', 'queued', 'queued', 'queued'],
  });
});

test('a subscription whose deliveries nobody tries is woken, ever less often', async () => {
  const subscriptionId = await fixture.newSubscription(place, ['run.failed']);
  const busy = await fixture.newSubscription(place, ['run.failed']);
  const enabledAgain = await fixture.newSubscription(place, ['run.failed']);
  await fixture.database.webhookSubscription.update({
    where: { id: busy },
    data: { failingSince: new Date(Date.now() - 10_000) },
  });
  const old = { eventType: 'run.failed', payload: {}, createdAt: new Date(Date.now() - 10_000) };
  const tried = { ...old, attempts: 1, lastAttemptAt: old.createdAt };
  await fixture.database.webhookDelivery.createMany({
    data: [
      { subscriptionId, eventId: randomUUID(), ...old },
      { subscriptionId: busy, eventId: randomUUID(), ...tried },
      { subscriptionId: enabledAgain, eventId: randomUUID(), ...tried },
    ],
  });
  const wake = createSubscriptionWaker(fixture);
  const now = Date.now();
  const handle = fixture.client.workflow.getHandle(webhookWorkflowId(subscriptionId));
  const timesWoken = async () => {
    const { events } = await handle.fetchHistory();
    return events?.filter(({ workflowExecutionSignaledEventAttributes: signal }) => signal).length;
  };
  const looks = [
    [0, 1],
    [9_999, 1],
    [10_000, 2],
    [29_999, 2],
    [30_000, 3],
  ] as const;
  for (const [after, woken] of looks) {
    await beginAt(now + after, wake);
    await eventually(`it is woken ${woken} times`, async () => (await timesWoken()) === woken);
  }
  await expect(fixture.client.workflow.getHandle(webhookWorkflowId(busy)).describe()).rejects.toThrow();
  const again = fixture.client.workflow.getHandle(webhookWorkflowId(enabledAgain));
  expect((await again.describe()).status.name).toBe('RUNNING');
  await Promise.all([handle, again].map(terminate));
});

test('what is old is removed, and what still matters is kept', async () => {
  const days = (count: number) => new Date(Date.now() - count * 86_400_000);
  const kept = [await newEvent({ ago: 0, sentAt: days(6) }), await newEvent({ ago: 8 * 86_400_000 })];
  await newEvent({ ago: 0, sentAt: days(8) });
  const policyId = await fixture.newPolicy(place, { maxConcurrent: 1 });
  const { workspaceId } = place;
  await fixture.newRun({ workspaceId, triggerPolicyId: policyId });
  const firing = (createdAt: Date, status: string) => ({
    policyId,
    workspaceId,
    event: {},
    status,
    createdAt,
  });
  await fixture.database.triggerFiring.createMany({
    data: [
      ...Array.from({ length: keptFirings }, (_, index) => firing(new Date(Date.now() - index), 'skipped')),
      ...[firing(days(1), 'skipped'), firing(days(1), 'queued')],
    ].map((row) => ({ id: randomUUID(), ...row })),
  });
  const subscriptionId = await fixture.newSubscription(place, []);
  await fixture.database.webhookDelivery.createMany({
    data: [
      { status: 'delivered', deliveredAt: days(31) },
      { status: 'delivered', deliveredAt: days(29) },
      { status: 'dead', createdAt: days(40) },
    ].map((row) => ({ subscriptionId, eventId: randomUUID(), eventType: 'run.failed', payload: {}, ...row })),
  });
  await purgeTriggers(fixture.database);
  const events = await fixture.database.triggerEvent.findMany({ where: { workspaceId } });
  expect(events.map(({ id }) => id).sort()).toEqual(kept.sort());
  const firings = await fixture.database.triggerFiring.groupBy({
    by: ['status'],
    where: { policyId },
    _count: true,
  });
  expect(Object.fromEntries(firings.map(({ status, _count }) => [status, _count]))).toEqual({
    ...{ skipped: keptFirings, queued: 1 },
  });
  expect(await fixture.database.webhookDelivery.count({ where: { subscriptionId } })).toBe(2);
});
