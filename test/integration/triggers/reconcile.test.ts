import { randomUUID } from 'node:crypto';
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

test('events that were stored and not sent are sent, in order and once', async () => {
  const [late, early] = [await newEvent({ ago: 10_000 }), await newEvent({ ago: 60_000 })];
  const ofWorkspace = await newEvent({ ago: 10_000, roomId: null });
  await newEvent({ ago: 0 });
  await newEvent({ ago: 10_000, sentAt: new Date() });
  await sendUnsentEvents(fixture);
  await sendUnsentEvents(fixture);
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
  await terminate(fixture.client.workflow.getHandle(runWorkflowId(second.runId)));
});

test('a subscription whose deliveries nobody tries is woken, ever less often', async () => {
  const subscriptionId = await fixture.newSubscription(place, ['run.failed']);
  const busy = await fixture.newSubscription(place, ['run.failed']);
  const old = { eventType: 'run.failed', payload: {}, createdAt: new Date(Date.now() - 10_000) };
  await fixture.database.webhookDelivery.createMany({
    data: [
      { subscriptionId, eventId: randomUUID(), ...old },
      { subscriptionId: busy, eventId: randomUUID(), ...old, attempts: 1, lastAttemptAt: new Date() },
    ],
  });
  const wake = createSubscriptionWaker(fixture);
  await wake();
  const handle = fixture.client.workflow.getHandle(webhookWorkflowId(subscriptionId));
  await eventually('it is woken', () => handle.describe());
  await wake();
  const { events } = await handle.fetchHistory();
  expect(events?.filter(({ workflowExecutionSignaledEventAttributes: signal }) => signal).length).toBe(1);
  await expect(fixture.client.workflow.getHandle(webhookWorkflowId(busy)).describe()).rejects.toThrow();
  await terminate(handle);
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
