import { Webhook } from 'standardwebhooks';
import { newSecret, rotateSecrets, storedSecrets } from '../../../infra/secrets/rotating-secrets';
import type { WebhookDelivery } from '../../../prisma/generated/client';
import { webhookWorkflowId } from '../../../workflows/contracts/webhooks';
import { eventually } from '../../support/eventually';
import { startOtherServer, type OtherServer, type Received } from '../../support/http-server';
import { openDeliveryFixture, type DeliveryFixture } from './delivery-fixture';

let fixture: DeliveryFixture;
let receiver: OtherServer;

jest.setTimeout(180_000);

beforeAll(async () => {
  fixture = await openDeliveryFixture();
  await Promise.all([fixture.startWorker(), fixture.startWorker()]);
}, 240_000);
beforeEach(async () => {
  receiver = await startOtherServer();
});
afterAll(() => fixture.stop());

const count = (length: number): { n: number }[] => Array.from({ length }, (_, n) => ({ n }));
const bodies = (): { id: string; sequence: number; data: { n: number } }[] =>
  receiver.received.map(({ body }) => JSON.parse(body) as never);
const numbers = (): number[] => bodies().map(({ data }) => data.n);
const signatureOf = ({ headers, body }: Received, secret: string): unknown =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

type Answer = OtherServer['answer'];

/** Answers the first attempt so, and those after it once the test has seen what came of the first. */
function failFirst(
  first: Answer,
  then: Answer,
): { failed(deliveryId: string): Promise<WebhookDelivery>; goOn(): void } {
  let goOn = (): void => undefined;
  const seen = new Promise<void>((resolve) => (goOn = resolve));
  receiver.answer = (request, response) => {
    if (receiver.received.length === 1) first(request, response);
    else void seen.then(() => then(request, response));
  };
  return {
    async failed(deliveryId) {
      await eventually('a second attempt', () => receiver.received.length === 2, 60);
      return fixture.delivery(deliveryId);
    },
    goOn,
  };
}

test('an event is sent signed, with what it is, and recorded', async () => {
  const { id, secret } = await fixture.subscribe(`${receiver.url}/hook`);
  const [deliveryId = ''] = await fixture.happen(id, { runId: 'r', text: 'Grüße, 🌍' });
  const row = await fixture.settled(deliveryId);
  const [arrived] = receiver.received;
  if (!arrived) throw new Error('nothing arrived');
  expect(signatureOf(arrived, secret)).toEqual({
    ...{ id: row.eventId, type: 'run.completed', createdAt: row.createdAt.toISOString(), sequence: 0 },
    ...{ workspaceId: fixture.workspaceId, data: { runId: 'r', text: 'Grüße, 🌍' } },
  });
  expect(arrived).toMatchObject({ method: 'POST', path: '/hook' });
  expect(arrived.headers).toMatchObject({
    ...{ 'webhook-id': row.eventId, 'content-type': 'application/json' },
    'user-agent': expect.stringMatching(/^CoAgent\/\d/) as unknown,
  });
  expect(row).toMatchObject({
    status: 'delivered',
    attempts: 1,
    lastStatus: 204,
    lastError: null,
    sequence: 0n,
  });
  expect(row.deliveredAt).not.toBeNull();
});

test('events are sent in order, each once, also by two workers and woken many times', async () => {
  receiver.answer = (_, response) => setTimeout(() => response.writeHead(200).end('ok'), 5);
  const { id } = await fixture.subscribe(receiver.url);
  const first = await fixture.happen(id, ...count(40));
  for (let times = 0; times < 20; times += 1) fixture.wake(id);
  const second = await fixture.happen(id, ...count(40).map(({ n }) => ({ n: n + 40 })));
  await fixture.settled(second.at(-1) ?? '', 150);
  expect(numbers()).toEqual(count(80).map(({ n }) => n));
  expect(bodies().map(({ sequence }) => sequence)).toEqual(count(80).map(({ n }) => n));
  expect(new Set(bodies().map((body) => body.id)).size).toBe(80);
  expect((await fixture.settled(first[0] ?? '')).attempts).toBe(1);
});

test('a receiver that is down for 20 attempts gets everything in order when it is back', async () => {
  receiver.answer = (_, response) =>
    response.writeHead(receiver.received.length <= 20 ? 500 : 204).end('\u0000not now');
  const { id } = await fixture.subscribe(receiver.url);
  const ids = await fixture.happen(id, ...count(3));
  const failing = await eventually(
    'a failure',
    async () => {
      const row = await fixture.delivery(ids[0] ?? '');
      return row.attempts >= 2 && row;
    },
    60,
  );
  expect(failing).toMatchObject({ status: 'pending', lastStatus: 500 });
  expect(failing.lastError).toBe('The receiver answered 500: not now');
  expect((await fixture.subscription(id)).failingSince).not.toBeNull();
  await fixture.settled(ids[2] ?? '', 150);
  expect(numbers()).toEqual([...Array.from({ length: 21 }, () => 0), 1, 2]);
  expect(new Set(bodies().map(({ sequence }) => sequence))).toEqual(new Set([0, 1, 2]));
  expect(await fixture.delivery(ids[0] ?? '')).toMatchObject({
    status: 'delivered',
    attempts: 21,
    lastError: null,
  });
  expect((await fixture.subscription(id)).failingSince).toBeNull();
});

test('operators see what is being delivered, and how often it was tried', async () => {
  receiver.answer = (_, response) => response.writeHead(500).end();
  const { id } = await fixture.subscribe(receiver.url);
  await fixture.happen(id, { n: 0 });
  await eventually('a third attempt', async () => (await fixture.attempt(id)) >= 3, 60);
  const description = await fixture.client.workflow.getHandle(webhookWorkflowId(id)).describe();
  const [activity] = description.raw.pendingActivities ?? [];
  expect(activity?.activityType?.name).toBe('deliver');
  expect(activity?.lastFailure).toMatchObject({
    message: 'The receiver answered 500.',
    applicationFailureInfo: { type: 'delivery_failed' },
  });
  const { events } = await fixture.client.workflow.getHandle(webhookWorkflowId(id)).fetchHistory();
  const scheduled = events?.find(
    ({ activityTaskScheduledEventAttributes: each }) => each?.activityType?.name === 'deliver',
  );
  expect(Buffer.from(scheduled?.userMetadata?.summary?.data ?? []).toString()).toContain('run.completed');
});

test('a receiver that is too slow is tried again', async () => {
  const first = failFirst(
    () => undefined,
    (_, response) => response.writeHead(200).end(),
  );
  const { id } = await fixture.subscribe(receiver.url);
  const [deliveryId = ''] = await fixture.happen(id, { n: 0 });
  expect(await first.failed(deliveryId)).toMatchObject({
    ...{ attempts: 1, lastStatus: null, lastError: 'The server took too long.' },
  });
  first.goOn();
  expect(await fixture.settled(deliveryId)).toMatchObject({ status: 'delivered', attempts: 2 });
});

test('garbage, and a body without end, count by their status', async () => {
  const first = failFirst(
    (_, response) => response.socket?.end('\u0001\u0002 garbage \r\n\r\n'),
    (_, response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      };
      response.on('drain', pour).on('error', () => undefined);
      pour();
    },
  );
  const { id } = await fixture.subscribe(receiver.url);
  const [deliveryId = ''] = await fixture.happen(id, { n: 0 });
  expect(await first.failed(deliveryId)).toMatchObject({ attempts: 1, lastError: 'The answer is not HTTP.' });
  first.goOn();
  expect(await fixture.settled(deliveryId)).toMatchObject({
    status: 'delivered',
    attempts: 2,
    lastStatus: 200,
  });
});

test('a receiver that is gone is told nothing more until it is enabled again', async () => {
  receiver.answer = (_, response) => response.writeHead(receiver.received.length === 1 ? 410 : 204).end();
  const { id } = await fixture.subscribe(receiver.url);
  const [gone = '', next = ''] = await fixture.happen(id, ...count(2));
  expect(await fixture.settled(gone)).toMatchObject({ status: 'dead', lastStatus: 410, attempts: 1 });
  expect(await fixture.subscription(id)).toMatchObject({
    enabled: false,
    disabledReason: 'The receiver answered 410: it is gone.',
  });
  const audit = await fixture.database.auditEvent.findMany({ where: { targetId: id } });
  expect(audit).toMatchObject([{ action: 'webhook_disabled', workspaceId: fixture.workspaceId }]);
  expect(await fixture.delivery(next)).toMatchObject({ status: 'pending', attempts: 0, sequence: null });
  await fixture.database.webhookSubscription.update({ where: { id }, data: { enabled: true } });
  fixture.wake(id);
  expect(await fixture.settled(next)).toMatchObject({ status: 'delivered', sequence: 1n });
});

test('an internal address is never called: dead letters, until the operator allows it', async () => {
  const { id } = await fixture.subscribe(`http://127.0.0.2:${String(receiver.port)}/`);
  const [first = '', second = ''] = await fixture.happen(id, ...count(2));
  expect(await fixture.settled(second)).toMatchObject({ status: 'dead', attempts: 1, lastStatus: null });
  expect((await fixture.delivery(first)).lastError).toMatch(/not public/);
  expect(receiver.received).toEqual([]);
  expect(await fixture.subscription(id)).toMatchObject({ enabled: true });
});

test('a redirect is not followed', async () => {
  const inside = await startOtherServer();
  const first = failFirst(
    (_, response) => response.writeHead(307, { location: inside.url }).end(),
    (_, response) => response.writeHead(204).end(),
  );
  const { id } = await fixture.subscribe(receiver.url);
  const [deliveryId = ''] = await fixture.happen(id, { n: 0 });
  expect(await first.failed(deliveryId)).toMatchObject({
    ...{ attempts: 1, lastError: 'The receiver answered 307: redirects are not followed.' },
  });
  first.goOn();
  expect(await fixture.settled(deliveryId)).toMatchObject({ status: 'delivered' });
  expect(inside.received).toEqual([]);
});

test('while secrets are exchanged, events are signed with both', async () => {
  const { id, secret: old } = await fixture.subscribe(receiver.url);
  const { secrets } = await fixture.subscription(id);
  const now = new Date();
  const { secret: fresh, stored } = newSecret(fixture.box, now);
  const rotate = async (graceSeconds: number): Promise<void> => {
    const rotated = rotateSecrets(storedSecrets.parse(secrets), stored, now, graceSeconds);
    await fixture.database.webhookSubscription.update({ where: { id }, data: { secrets: rotated } });
  };
  await rotate(3600);
  const [first = ''] = await fixture.happen(id, { n: 0 });
  await fixture.settled(first);
  await rotate(0);
  const [second = ''] = await fixture.happen(id, { n: 1 });
  await fixture.settled(second);
  const [both, one] = receiver.received;
  if (!both || !one) throw new Error('something is missing');
  for (const secret of [old, fresh]) expect(() => signatureOf(both, secret)).not.toThrow();
  expect(() => signatureOf(one, fresh)).not.toThrow();
  expect(() => signatureOf(one, old)).toThrow(/signature/i);
});

test('a subscription that is disabled or deleted while it is retried is called no more', async () => {
  receiver.answer = (_, response) => response.writeHead(500).end();
  const disabled = await fixture.subscribe(receiver.url);
  const [waiting = ''] = await fixture.happen(disabled.id, { n: 0 });
  const deleted = await fixture.subscribe(receiver.url);
  await fixture.happen(deleted.id, { n: 1 });
  await eventually('both are failing', () => new Set(numbers()).size === 2, 60);
  await fixture.database.webhookSubscription.update({ where: { id: disabled.id }, data: { enabled: false } });
  await fixture.database.webhookSubscription.delete({ where: { id: deleted.id } });
  for (const { id } of [disabled, deleted])
    await eventually('nothing is tried any more', async () => (await fixture.attempt(id)) === 0, 60);
  const calls = receiver.received.length;
  expect(await fixture.delivery(waiting)).toMatchObject({ status: 'pending' });
  receiver.answer = (_, response) => response.writeHead(204).end();
  await fixture.database.webhookSubscription.update({ where: { id: disabled.id }, data: { enabled: true } });
  fixture.wake(disabled.id);
  expect(await fixture.settled(waiting)).toMatchObject({ status: 'delivered' });
  expect(receiver.received).toHaveLength(calls + 1);
});
