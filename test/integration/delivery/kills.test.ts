import { eventually } from '../../support/eventually';
import { startOtherServer } from '../../support/http-server';
import { openDeliveryFixture, type DeliveryFixture } from './delivery-fixture';

let fixture: DeliveryFixture;
beforeAll(async () => {
  fixture = await openDeliveryFixture();
}, 240_000);
afterAll(() => fixture.stop());

test('workers that are killed lose nothing and keep the order', async () => {
  const receiver = await startOtherServer();
  receiver.answer = (_, response) => setTimeout(() => response.writeHead(204).end(), 60);
  const { id } = await fixture.subscribe(receiver.url);
  const doomed = await fixture.startWorker();
  const ids = await fixture.happen(id, ...Array.from({ length: 30 }, (_, n) => ({ n })));
  await eventually('some are delivered', () => receiver.received.length >= 8, 60);
  await doomed.kill();
  const second = await fixture.startWorker();
  const other = await fixture.startWorker();
  await eventually('more are delivered', () => receiver.received.length >= 16, 120);
  await second.kill();
  await fixture.settled(ids.at(-1) ?? '', 150);
  const sequences = receiver.received.map(({ body }) => (JSON.parse(body) as { sequence: number }).sequence);
  // What was under way in a kill comes again, under the same id, and nothing overtakes it.
  expect(sequences).toEqual(sequences.toSorted((one, another) => one - another));
  expect(new Set(sequences).size).toBe(30);
  expect(sequences.length).toBeLessThanOrEqual(32);
  const deliveries = await fixture.database.webhookDelivery.findMany({ where: { subscriptionId: id } });
  expect(deliveries.every(({ status }) => status === 'delivered')).toBe(true);
  await other.stop();
}, 480_000);

test('what happens while no worker is there is delivered when one is back', async () => {
  const receiver = await startOtherServer();
  const { id } = await fixture.subscribe(receiver.url);
  const [deliveryId = ''] = await fixture.happen(id, { n: 0 });
  expect(receiver.received).toEqual([]);
  const worker = await fixture.startWorker();
  expect(await fixture.settled(deliveryId, 90)).toMatchObject({ status: 'delivered' });
  await worker.stop();
}, 240_000);
