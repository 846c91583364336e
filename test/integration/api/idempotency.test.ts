import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { authRoutes } from '../../../apps/api/identity/auth-routes';
import { ApiError } from '../../../apps/api/http/problems';
import { defineRoute } from '../../../apps/api/http/route';
import { newAddress, newPerson, password, startTestApi, type TestApi } from './api-fixture';

let made = 0;
let failures = 0;
/** What a request that is `held` waits for. */
let released: Promise<void> = Promise.resolve();

const makeThing = defineRoute(
  {
    method: 'POST',
    path: '/things',
    summary: 'Make a thing',
    tags: ['test'],
    auth: 'user',
    idempotent: true,
    body: {
      schema: z.strictObject({ name: z.string(), held: z.boolean().optional(), fail: z.string().optional() }),
      example: { name: 'x' },
    },
    responses: {
      201: {
        description: 'Made.',
        schema: z.object({ number: z.int(), at: z.string() }),
        example: { number: 1, at: '' },
      },
    },
    errors: [],
  },
  async ({ body }) => {
    if (body.held) await released;
    if (body.fail === 'crash' && failures++ === 0) throw new Error('crashed');
    if (body.fail === 'conflict' && failures++ === 0) throw new ApiError('name_taken', 'Taken.');
    made += 1;
    return {
      status: 201,
      headers: { location: `/things/${made}` },
      body: { number: made, at: new Date().toISOString() },
    };
  },
);

let api: TestApi;
let ada: Awaited<ReturnType<typeof newPerson>>;
beforeAll(async () => {
  api = await startTestApi({ routes: [...authRoutes, makeThing] });
  ada = await newPerson(api);
});
beforeEach(() => {
  failures = 0;
});

const make = (body: Record<string, unknown>, key?: string, token = ada.token) =>
  api.call<{ number: number; code: string }>('POST', '/things', {
    body,
    token,
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });

test('the same key and body give the same answer, headers too, and nothing is made twice', async () => {
  const key = randomUUID();
  const first = await make({ name: 'a' }, key);
  const before = made;
  const again = await make({ name: 'a' }, key);
  expect(again.status).toBe(201);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('location')).toBe(first.headers.get('location'));
  expect([first, again].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true']);
  expect(made).toBe(before);
});

test('without a key, every request makes something', async () => {
  const [first, second] = [await make({ name: 'a' }), await make({ name: 'a' })];
  expect(second.body.number).toBe(first.body.number + 1);
});

test('the same key with another body, or for another workspace, is a conflict', async () => {
  const key = randomUUID();
  await make({ name: 'a' }, key);
  const reused = { status: 409, body: { code: 'idempotency_key_reused' } };
  expect(await make({ name: 'b' }, key)).toMatchObject(reused);
  const headers = { 'idempotency-key': key, 'x-workspace-slug': 'elsewhere' };
  expect(await api.call('POST', '/things', { body: { name: 'a' }, token: ada.token, headers })).toMatchObject(
    reused,
  );
});

test('keys of different people do not meet', async () => {
  const key = randomUUID();
  const ben = await newPerson(api);
  const [first, second] = [await make({ name: 'a' }, key), await make({ name: 'b' }, key, ben.token)];
  expect([first.status, second.status]).toEqual([201, 201]);
});

test('ten parallel requests with one key: one is done, the others hear that it is in progress or get its answer', async () => {
  const key = randomUUID();
  const before = made;
  const answers: Awaited<ReturnType<typeof make>>[] = [];
  let release = (): void => undefined;
  released = new Promise((resolve) => (release = resolve));
  const held = async (): Promise<void> => {
    const answer = await make({ name: 'a', held: true }, key);
    // The one that is being done ends after the others were answered.
    if (answers.push(answer) === 9) release();
  };
  await Promise.all(Array.from({ length: 10 }, held));
  expect(made).toBe(before + 1);
  const refused = answers.filter(({ status }) => status === 409);
  expect(refused).toHaveLength(9);
  for (const { body, headers } of refused) {
    expect([body.code, headers.get('retry-after')]).toEqual(['idempotency_in_progress', '1']);
  }
  expect((await make({ name: 'a', held: true }, key)).body.number).toBe(made);
});

test.each([
  ['crash', 500],
  ['conflict', 409],
])('after an error (%s) the key is free, and the repeat is done', async (fail, status) => {
  const key = randomUUID();
  expect((await make({ name: 'a', fail }, key)).status).toBe(status);
  expect((await make({ name: 'a', fail }, key)).status).toBe(201);
});

test('a key whose process died is free after its lease, once', async () => {
  const key = randomUUID();
  await make({ name: 'a' }, key);
  const where = { userId_key: { userId: ada.id, key } };
  await api.database.idempotencyKey.update({
    where,
    data: { status: null, expiresAt: new Date(Date.now() + 60_000) },
  });
  expect((await make({ name: 'a' }, key)).body.code).toBe('idempotency_in_progress');
  await api.database.idempotencyKey.update({ where, data: { expiresAt: new Date(Date.now() - 1) } });
  const before = made;
  const answers = await Promise.all(Array.from({ length: 5 }, () => make({ name: 'a' }, key)));
  expect(made).toBe(before + 1);
  expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThanOrEqual(1);
  const kept = await api.database.idempotencyKey.findUniqueOrThrow({ where });
  expect(kept.expiresAt.getTime() - Date.now()).toBeGreaterThan(23 * 3_600_000);
});

test.each(['with space', 'ä', 'x'.repeat(256)])(
  'a key must be printable ASCII of at most 255 characters: %s',
  async (key) => {
    const answer = await make({ name: 'a' }, key);
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'header.idempotency-key', code: 'invalid_format' }] },
    });
  },
);

test('registering twice with one key is one account, also signed out; the password cannot be guessed from what is kept', async () => {
  const headers = { 'idempotency-key': randomUUID(), 'x-forwarded-for': newAddress() };
  const body = { email: `${randomUUID()}@example.org`, password, name: 'Twice' };
  const [first, second] = [
    await api.call('POST', '/auth/register', { body, headers }),
    await api.call('POST', '/auth/register', { body, headers }),
  ];
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.body).toEqual(first.body);
  const elsewhere = await api.call('POST', '/auth/register', {
    body,
    headers: { ...headers, 'x-forwarded-for': newAddress() },
  });
  expect(elsewhere.status).toBe(409);
  const { bodyHash } = await api.database.idempotencyKey.findFirstOrThrow({
    where: { key: headers['idempotency-key'] },
  });
  const plain = await crypto.subtle.digest('SHA-256', Buffer.from(JSON.stringify(body)));
  expect(bodyHash).not.toBe(Buffer.from(plain).toString('hex'));
});
