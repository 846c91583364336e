import { randomUUID } from 'node:crypto';
import type { Prisma } from '../../../prisma/generated/client';
import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { colleague, newRoomOf, refusal, type Failure, type Page } from './routes-fixture';

interface WebhookBody {
  id: string;
  secret?: string;
  secrets: { id: string; expiresAt: string | null }[];
  enabled: boolean;
}

interface DeliveryBody {
  id: string;
  eventId: string;
  status: string;
  eventType: string;
}

let api: TestApi;
let ada: Person;
beforeAll(async () => {
  api = await startTestApi({ env: { OUTBOUND_ALLOWED: '127.0.0.1, 10.1.0.0/16' } });
  ada = await newPerson(api.url, 'Ada');
});

const url = 'https://hooks.example.org/coagent';
const fields = { name: 'Ours', url, eventTypes: ['run.completed', 'message.created'] };
const newWebhook = (person: Person = ada, more: object = {}) =>
  person.must<WebhookBody>('POST', '/webhooks', { ...fields, ...more });

const storeDelivery = (
  subscriptionId: string,
  more: Partial<Prisma.WebhookDeliveryUncheckedCreateInput> = {},
) =>
  api.database.webhookDelivery.create({
    data: { subscriptionId, eventId: randomUUID(), eventType: 'run.completed', payload: { n: 1 }, ...more },
  });

const actionsOn = async (id: string): Promise<string[]> => {
  const rows = await api.database.auditEvent.findMany({ where: { targetId: id }, orderBy: { id: 'asc' } });
  return rows.map(({ action }) => action);
};

test('a webhook is created, read, listed, changed and deleted, and each change is on record', async () => {
  const { secret, ...created } = await newWebhook();
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(created).toMatchObject({
    ...{ ...fields, roomId: null, enabled: true, disabledAt: null, failingSince: null, createdById: ada.id },
    secrets: [{ expiresAt: null }],
  });
  expect(await ada.must('GET', `/webhooks/${created.id}`)).toEqual(created);
  const list = await ada.must<Page<WebhookBody>>('GET', '/webhooks?limit=200');
  expect(list.items).toContainEqual(created);
  const changes = { name: 'Theirs', eventTypes: ['run.failed'], enabled: false };
  expect(await ada.must('PATCH', `/webhooks/${created.id}`, changes)).toMatchObject(changes);
  await ada.must('DELETE', `/webhooks/${created.id}`);
  expect(await refusal(ada, 'GET', `/webhooks/${created.id}`)).toEqual([404, 'webhook_not_found']);
  expect(await actionsOn(created.id)).toEqual(['webhook_created', 'webhook_changed', 'webhook_deleted']);
});

test('a secret is stored sealed and shown once', async () => {
  const { id, secret = '' } = await newWebhook();
  const row = await api.database.webhookSubscription.findUniqueOrThrow({ where: { id } });
  expect(JSON.stringify(row.secrets)).not.toContain(secret.slice('whsec_'.length));
  expect(await ada.must('GET', `/webhooks/${id}`)).not.toHaveProperty('secret');
  expect(JSON.stringify(await ada.must('GET', '/webhooks?limit=200'))).not.toContain('whsec_');
});

test('a secret is rotated: the old one goes on signing for a day', async () => {
  const { id, secret } = await newWebhook();
  const rotated = await ada.must<WebhookBody>('POST', `/webhooks/${id}/rotate-secret`);
  expect(rotated.secret).not.toBe(secret);
  expect(rotated.secrets).toHaveLength(2);
  expect(rotated.secrets[0]?.expiresAt).toBeNull();
  const left = Date.parse(rotated.secrets[1]?.expiresAt ?? '') - Date.now();
  expect(left).toBeGreaterThan(23 * 3_600_000);
  expect(left).toBeLessThanOrEqual(24 * 3_600_000);
  const both = await Promise.all([1, 2].map(() => ada.must('POST', `/webhooks/${id}/rotate-secret`)));
  expect(both).toHaveLength(2);
  expect((await ada.must<WebhookBody>('GET', `/webhooks/${id}`)).secrets).toHaveLength(4);
  expect(await actionsOn(id)).toContain('webhook_secret_rotated');
});

test.each([
  ['http://localhost@10.0.0.1/', 'refused_credentials'],
  ['ftp://example.org/', 'refused_scheme'],
  ['nonsense', 'refused_url'],
  ['http://127.0.0.2/', 'refused_address'],
  ['http://2130706434/', 'refused_address'],
  ['http://[::1]/', 'refused_address'],
  ['http://169.254.169.254/latest/meta-data', 'refused_address'],
  ['http://10.2.0.1/', 'refused_address'],
])('the URL %s is refused when it is saved: %s', async (refused, code) => {
  const { id } = await newWebhook();
  for (const [method, path, body] of [
    ['POST', '/webhooks', { ...fields, url: refused }],
    ['PATCH', `/webhooks/${id}`, { url: refused }],
  ] as const) {
    const reply = await ada.call<Failure>(method, path, body);
    expect([reply.status, reply.body.code]).toEqual([422, 'invalid_request']);
    expect(reply.body.errors).toMatchObject([{ path: 'body.url', code }]);
  }
});

test('what the operator allows, and names, are taken', async () => {
  for (const taken of [
    'http://127.0.0.1:9/',
    'http://10.1.2.3/',
    'https://internal.example/',
    'http://8.8.8.8/',
  ])
    expect(await newWebhook(ada, { url: taken })).toMatchObject({ url: taken });
});

test('everything that is wrong is named at once', async () => {
  const wrong = { name: '', url: '', eventTypes: ['run.started', 'run.failed'], roomId: 'x', secret: 'mine' };
  const reply = await ada.call<Failure>('POST', '/webhooks', wrong);
  expect(reply.body.errors?.map(({ path }) => path).sort()).toEqual(
    ['body.eventTypes.0', 'body.name', 'body.roomId', 'body.secret', 'body.url'].sort(),
  );
  for (const eventTypes of [[], ['run.failed', 'run.failed'], ['ping']])
    expect(await refusal(ada, 'POST', '/webhooks', { ...fields, eventTypes })).toEqual([
      422,
      'invalid_request',
    ]);
  const { id } = await newWebhook();
  expect(await refusal(ada, 'PATCH', `/webhooks/${id}`, {})).toEqual([422, 'invalid_request']);
});

test('a webhook may be for one room of its workspace', async () => {
  const roomId = await newRoomOf(ada);
  expect(await newWebhook(ada, { roomId })).toMatchObject({ roomId });
  const foreign = await newRoomOf(await newPerson(api.url, 'Mallory'));
  const reply = await ada.call<Failure>('POST', '/webhooks', { ...fields, roomId: foreign });
  expect(reply.body.errors).toMatchObject([{ path: 'body.roomId', code: 'not_found' }]);
});

test('webhooks are for admins of the workspace', async () => {
  const owner = await newPerson(api.url, 'Owner');
  const { id } = await newWebhook(owner);
  const { id: deliveryId } = await storeDelivery(id);
  const mallory = await newPerson(api.url, 'Mallory');
  const workspace = { 'x-workspace-id': owner.workspaceId };
  const actions = [
    ['GET', `/webhooks/${id}`],
    ['PATCH', `/webhooks/${id}`, { enabled: false }],
    ['DELETE', `/webhooks/${id}`],
    ['POST', `/webhooks/${id}/rotate-secret`],
    ['POST', `/webhooks/${id}/ping`],
    ['GET', `/webhooks/${id}/deliveries`],
  ] as const;
  const onDelivery = [
    ['GET', `/webhooks/deliveries/${deliveryId}`],
    ['POST', `/webhooks/deliveries/${deliveryId}/redeliver`],
  ] as const;
  for (const role of ['teacher', 'student', 'member'] as const) {
    const person = await colleague(api, owner, role, role);
    for (const [method, path, body] of [...actions, ...onDelivery])
      expect(await refusal(person, method, path, body)).toEqual([403, 'forbidden']);
    expect(await refusal(person, 'GET', '/webhooks', undefined, workspace)).toEqual([403, 'forbidden']);
    expect(await refusal(person, 'POST', '/webhooks', fields, workspace)).toEqual([403, 'forbidden']);
  }
  for (const [method, path, body] of actions)
    expect(await refusal(mallory, method, path, body)).toEqual([404, 'webhook_not_found']);
  for (const [method, path] of onDelivery)
    expect(await refusal(mallory, method, path)).toEqual([404, 'delivery_not_found']);
  const admin = await colleague(api, owner, 'Admin', 'admin');
  expect(await admin.must('GET', `/webhooks/${id}`)).toMatchObject({ id });
});

test('a ping is queued like any event', async () => {
  const { id } = await newWebhook();
  const key = { 'idempotency-key': randomUUID() };
  const first = await ada.call<{ deliveryId: string }>('POST', `/webhooks/${id}/ping`, undefined, key);
  expect(first.status).toBe(202);
  expect((await ada.call('POST', `/webhooks/${id}/ping`, undefined, key)).body).toEqual(first.body);
  const list = await ada.must<Page<DeliveryBody>>('GET', `/webhooks/${id}/deliveries`);
  expect(list.items).toMatchObject([
    { id: first.body.deliveryId, eventType: 'ping', status: 'pending', attempts: 0 },
  ]);
});

test('deliveries are listed newest first, by status, page by page', async () => {
  const { id } = await newWebhook();
  const stored: string[] = [];
  for (const status of ['dead', 'delivered', 'dead', 'pending'])
    stored.push((await storeDelivery(id, { status })).id);
  const path = `/webhooks/${id}/deliveries`;
  const pages: string[] = [];
  let cursor = '';
  do {
    const page: Page<DeliveryBody> = await ada.must('GET', `${path}?limit=3${cursor}`);
    pages.push(...page.items.map((item) => item.id));
    cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
  } while (cursor !== '');
  expect(pages).toEqual(stored.toReversed());
  const dead = await ada.must<Page<DeliveryBody>>('GET', `${path}?status=dead`);
  expect(dead.items.map((item) => item.id)).toEqual([stored[2], stored[0]]);
  expect(await refusal(ada, 'GET', `${path}?status=lost`)).toEqual([422, 'invalid_request']);
});

test('a dead letter is inspected and sent again as the same event, at the end of the queue', async () => {
  const { id } = await newWebhook();
  const createdAt = new Date('2026-03-02T09:30:00Z');
  const dead = await storeDelivery(id, {
    ...{ status: 'dead', attempts: 3, lastStatus: 500, lastError: 'The receiver answered 500.', createdAt },
    ...{ sequence: 7n, lastAttemptAt: createdAt },
  });
  const waiting = await storeDelivery(id);
  expect(await ada.must('GET', `/webhooks/deliveries/${dead.id}`)).toMatchObject({
    ...{ webhookId: id, status: 'dead', attempts: 3, lastStatus: 500, sequence: 7, payload: { n: 1 } },
  });
  const { deliveryId } = await ada.must<{ deliveryId: string }>(
    'POST',
    `/webhooks/deliveries/${dead.id}/redeliver`,
  );
  const again = await api.database.webhookDelivery.findUniqueOrThrow({ where: { id: deliveryId } });
  expect(again).toMatchObject({
    ...{
      eventId: dead.eventId,
      payload: { n: 1 },
      createdAt,
      status: 'pending',
      attempts: 0,
      sequence: null,
    },
  });
  expect(again.position).toBeGreaterThan(waiting.position);
  expect(await refusal(ada, 'POST', `/webhooks/deliveries/${waiting.id}/redeliver`)).toEqual([
    409,
    'delivery_pending',
  ]);
});

test('a webhook that the platform disabled takes nothing until it is enabled', async () => {
  const { id } = await newWebhook();
  const dead = await storeDelivery(id, { status: 'dead' });
  const at = new Date();
  await api.database.webhookSubscription.update({
    where: { id },
    data: { enabled: false, disabledAt: at, disabledReason: 'Nothing came through.', failingSince: at },
  });
  expect(await ada.must('GET', `/webhooks/${id}`)).toMatchObject({
    ...{ enabled: false, disabledAt: at.toISOString(), disabledReason: 'Nothing came through.' },
  });
  for (const path of [`/webhooks/${id}/ping`, `/webhooks/deliveries/${dead.id}/redeliver`])
    expect(await refusal(ada, 'POST', path)).toEqual([409, 'webhook_disabled']);
  expect(await ada.must('PATCH', `/webhooks/${id}`, { enabled: true })).toMatchObject({
    ...{ enabled: true, disabledAt: null, disabledReason: null, failingSince: null },
  });
  await ada.must('POST', `/webhooks/deliveries/${dead.id}/redeliver`);
});

test('a workspace has at most 100 webhooks', async () => {
  const owner = await newPerson(api.url, 'Owner');
  await newWebhook(owner);
  await api.database.webhookSubscription.createMany({
    data: Array.from({ length: 98 }, () => ({ ...fields, workspaceId: owner.workspaceId, secrets: [] })),
  });
  const replies = await Promise.all([1, 2, 3].map(() => owner.call('POST', '/webhooks', fields)));
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
});
