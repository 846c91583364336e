import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createDeliveryActivities } from '../../../activities/delivery/delivery-activities';
import type { DeliveryActivities } from '../../../workflows/contracts/webhooks';
import { createLogger } from '../../../infra/logger/logger';
import { eventually } from '../../support/eventually';
import { startOtherServer, type OtherServer } from '../../support/http-server';
import { openDeliveryFixture, type DeliveryFixture } from './delivery-fixture';

let fixture: DeliveryFixture;
let receiver: OtherServer;
let stopWorkers: () => Promise<void>;
/** Those of the test of the moment. */
let activities: DeliveryActivities;
/** Attempts that have begun and not ended. */
let underWay = 0;

jest.setTimeout(180_000);

/** Deliveries are given up after so many seconds instead of hours. */
const giveUpAfter = (seconds: number): DeliveryActivities =>
  createDeliveryActivities({
    ...{ database: fixture.database, secrets: fixture.box, logger: createLogger('test', 'silent') },
    settings: {
      OUTBOUND_ALLOWED: ['127.0.0.1'],
      WEBHOOK_TIMEOUT_SECONDS: 30,
      WEBHOOK_RETRY_INITIAL_SECONDS: 0.1,
      WEBHOOK_RETRY_MAX_SECONDS: 1,
      WEBHOOK_RETRY_HOURS: seconds / 3600,
    },
  });

const ofTheMoment: DeliveryActivities = {
  nextDelivery: (id) => activities.nextDelivery(id),
  async deliver(id) {
    underWay += 1;
    await activities.deliver(id).finally(() => (underWay -= 1));
  },
  bury: (id, cause) => activities.bury(id, cause),
};

beforeAll(async () => {
  fixture = await openDeliveryFixture();
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const connection = await NativeConnection.connect({ address: fixture.address });
  const workers = await Promise.all([
    Worker.create({
      ...{ connection, taskQueue: 'control' },
      workflowsPath: require.resolve('../../../workflows/delivery/webhook-workflow.ts'),
    }),
    Worker.create({ connection, taskQueue: 'delivery', activities: ofTheMoment }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  stopWorkers = async () => {
    for (const worker of workers) worker.shutdown();
    await running;
    await connection.close();
  };
}, 240_000);
beforeEach(async () => {
  activities = giveUpAfter(8);
  receiver = await startOtherServer();
});
afterAll(async () => {
  await stopWorkers();
  await fixture.stop();
});

test('the time that a receiver asks for is waited, within bounds', async () => {
  activities = giveUpAfter(600);
  const times: number[] = [];
  receiver.answer = (_, response) => {
    const wish = ['0', '1', '86400'][times.length];
    times.push(Date.now());
    if (wish === undefined) response.writeHead(200).end();
    else response.writeHead(times.length === 1 ? 429 : 503, { 'retry-after': wish }).end();
  };
  const { id } = await fixture.subscribe(receiver.url);
  const [deliveryId = ''] = await fixture.happen(id, { n: 0 });
  expect(await fixture.settled(deliveryId)).toMatchObject({ status: 'delivered', attempts: 4 });
  const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(waits[0]).toBeGreaterThanOrEqual(90);
  expect(waits[1]).toBeGreaterThanOrEqual(900);
  expect(waits[2]).toBeGreaterThanOrEqual(900);
});

test('an event that nobody takes for too long is a dead letter, and its webhook is disabled with a reason', async () => {
  receiver.answer = (_, response) => response.writeHead(302, { location: 'http://127.0.0.2/' }).end();
  const { id } = await fixture.subscribe(receiver.url);
  const [dead = '', next = ''] = await fixture.happen(id, { n: 0 }, { n: 1 });
  const row = await fixture.settled(dead);
  expect(row).toMatchObject({ status: 'dead', lastStatus: 302, deliveredAt: null });
  expect(row.attempts).toBeGreaterThan(3);
  await eventually('no attempt is under way', () => underWay === 0, 60);
  const calls = receiver.received.length;
  // One that was under way when the time was over is not counted.
  expect([calls, calls - 1]).toContain(row.attempts);
  const disabled = await fixture.subscription(id);
  expect(disabled.enabled).toBe(false);
  expect(disabled.disabledReason).toMatch(/^Nothing came through since 20.*redirects are not followed\.$/);
  const audit = await fixture.database.auditEvent.findMany({ where: { targetId: id } });
  expect(audit).toMatchObject([{ action: 'webhook_disabled', data: { reason: disabled.disabledReason } }]);
  expect(await fixture.delivery(next)).toMatchObject({ status: 'pending', attempts: 0 });

  receiver.answer = (_, response) => response.writeHead(204).end();
  await fixture.database.webhookSubscription.update({
    where: { id },
    data: { enabled: true, disabledAt: null, disabledReason: null, failingSince: null },
  });
  const again = await fixture.database.webhookDelivery.create({
    data: { subscriptionId: id, eventId: row.eventId, eventType: row.eventType, payload: { n: 0 } },
  });
  fixture.wake(id);
  await fixture.settled(again.id);
  const arrived = receiver.received.slice(calls).map(({ headers, body }) => {
    const { sequence, data } = JSON.parse(body) as { sequence: number; data: { n: number } };
    return [headers['webhook-id'] === row.eventId, sequence, data.n];
  });
  // The gap in the sequence is the dead letter.
  expect(arrived).toEqual([
    [false, 1, 1],
    [true, 2, 0],
  ]);
});

test('a webhook that only ever leads to an internal address is disabled when that has lasted', async () => {
  const { id } = await fixture.subscribe(`http://127.0.0.2:${String(receiver.port)}/`);
  await eventually(
    'it is disabled',
    async () => {
      const [deliveryId = ''] = await fixture.happen(id, { n: 0 });
      const { enabled, disabledReason } = await fixture.subscription(id);
      if (!enabled) return disabledReason;
      await fixture.settled(deliveryId);
      return null;
    },
    120,
  );
  expect((await fixture.subscription(id)).disabledReason).toMatch(/not public/);
  expect(receiver.received).toEqual([]);
});
