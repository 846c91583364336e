import { hashPassword, verifyPassword } from '../../../infra/identity/passwords';
import { createAccounts } from '../../../apps/api/identity/accounts';
import {
  newAddress,
  newPerson,
  password,
  register,
  requestToken,
  startTestApi,
  type TestApi,
} from './api-fixture';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ env: { SIGN_IN_FAILURES: '3' } });
});

test('a new person gets a personal workspace, signs in by the password grant and reads who they are', async () => {
  const ada = await newPerson(api, 'Ada Lovelace');
  const me = await api.call<{ user: object; memberships: object[] }>('GET', '/auth/me', { token: ada.token });
  expect(me.status).toBe(200);
  expect(me.body.user).toMatchObject({
    id: ada.id,
    email: ada.email,
    name: 'Ada Lovelace',
    superAdmin: false,
  });
  expect(me.body.memberships).toEqual([
    {
      workspaceId: ada.workspaceId,
      slug: expect.stringMatching(/^ada-lovelace-[a-z0-9]{10}$/) as string,
      name: 'Ada Lovelace’s workspace',
      personal: true,
      role: 'admin',
    },
  ]);
  expect(JSON.stringify(me.body)).not.toMatch(/argon2|password/i);
});

test('an email is one account, however it is written', async () => {
  const { email } = await register(api);
  const again = await api.call('POST', '/auth/register', {
    body: { email: ` ${email.toUpperCase()} `, password, name: 'B' },
  });
  expect([again.status, again.body.code]).toEqual([409, 'email_taken']);
  expect((await requestToken(api, email.toUpperCase())).status).toBe(200);
});

test('twenty parallel registrations of one email make one account', async () => {
  const body = { email: `${crypto.randomUUID()}@example.org`, password, name: 'Twin' };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => api.call('POST', '/auth/register', { body })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(19).fill(409)]);
});

test('tokens are never cached', async () => {
  const { email } = await register(api);
  expect((await requestToken(api, email)).headers.get('cache-control')).toBe('no-store');
});

test('wrong password and unknown account get the same answer', async () => {
  const { email } = await register(api);
  const wrong = await requestToken(api, email, 'wrong password');
  const unknown = await requestToken(api, `${crypto.randomUUID()}@example.org`, 'wrong password', {
    'x-forwarded-for': newAddress(),
  });
  const told = ({ body }: typeof wrong) => ({ ...body, instance: undefined });
  expect(told(wrong)).toEqual(told(unknown));
  expect([wrong.status, unknown.status]).toEqual([401, 401]);
});

test('wrong password, unknown account and disabled account cost the same: one password verification each', async () => {
  const [known, disabled] = await Promise.all([register(api), register(api)]);
  await api.database.user.update({ where: { id: disabled.id }, data: { disabledAt: new Date() } });
  const verified: string[] = [];
  const { settings, redis, database } = api.services;
  const accounts = createAccounts({
    database,
    redis,
    settings,
    passwords: {
      hash: hashPassword,
      verify: (hash, text) => {
        verified.push(hash.split('$').slice(0, 4).join('$'));
        return verifyPassword(hash, text);
      },
    },
  });
  const client = { address: newAddress(), userAgent: null };
  for (const [email, secret] of [
    [known.email, 'wrong password'],
    [`${crypto.randomUUID()}@example.org`, password],
    [disabled.email, password],
  ] as const) {
    await expect(accounts.authenticate({ email, password: secret }, client)).rejects.toMatchObject({
      code: 'invalid_credentials',
    });
  }
  expect(verified).toEqual(Array(3).fill('$argon2id$v=19$m=19456,t=2,p=1'));
});

test('an account is locked after the failures allowed, also for the right password, and unknown accounts alike', async () => {
  const { email } = await register(api);
  for (const username of [email, `${crypto.randomUUID()}@example.org`]) {
    const from = { 'x-forwarded-for': newAddress() };
    for (let attempt = 1; attempt <= 3; attempt += 1)
      expect((await requestToken(api, username, 'wrong password', from)).status).toBe(401);
    const locked = await requestToken(api, username, password, from);
    expect(locked).toMatchObject({ status: 429, body: { code: 'sign_in_locked' } });
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(800);
  }
});

test('an address is locked after five times as many failures over many accounts, others are not', async () => {
  const { email } = await register(api);
  const from = { 'x-forwarded-for': newAddress() };
  for (let attempt = 0; attempt < 15; attempt += 1) {
    await requestToken(api, `${crypto.randomUUID()}@example.org`, 'wrong password', from);
  }
  expect((await requestToken(api, email, password, from)).status).toBe(429);
  expect((await requestToken(api, email, password, { 'x-forwarded-for': newAddress() })).status).toBe(200);
});

test('parallel guesses get no more attempts than one after the other', async () => {
  const { email } = await register(api);
  const from = { 'x-forwarded-for': newAddress() };
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => requestToken(api, email, `guess number ${n}`, from)),
  );
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(3);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(9);
});

test('a success forgets the failures before it, and a crowd with the right password is let in', async () => {
  const { email } = await register(api);
  const from = { 'x-forwarded-for': newAddress() };
  for (let round = 0; round < 3; round += 1) {
    for (let attempt = 1; attempt <= 2; attempt += 1) await requestToken(api, email, 'wrong password', from);
    expect((await requestToken(api, email, password, from)).status).toBe(200);
  }
  const crowd = await Promise.all(Array.from({ length: 12 }, () => requestToken(api, email, password, from)));
  expect(crowd.map(({ status }) => status)).toEqual(Array(12).fill(200));
});

test('sign-ins, failures and registrations are in the audit trail, without secrets', async () => {
  const ada = await newPerson(api);
  await requestToken(api, ada.email, 'a wrong secret');
  const events = await api.database.auditEvent.findMany({
    where: { actorId: ada.id },
    orderBy: { createdAt: 'asc' },
  });
  expect(events.map(({ action }) => action)).toEqual(['register', 'sign_in', 'sign_in_failed']);
  expect(JSON.stringify(events)).not.toMatch(/a wrong secret|correct horse/);
});

test.each([
  [
    'grant type',
    { grant_type: 'client_credentials', username: 'a@b.org', password: 'x' },
    ['body.grant_type'],
  ],
  ['no fields', {}, ['body.grant_type', 'body.username', 'body.password']],
  [
    'unknown field',
    { grant_type: 'password', username: 'a@b.org', password: 'x', admin: 'true' },
    ['body.admin'],
  ],
])('the token form is checked: %s', async (_name, fields, paths) => {
  const answer = await api.call<{ errors: { path: string }[] }>('POST', '/auth/token', {
    body: new URLSearchParams(fields as Record<string, string>).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(answer.status).toBe(422);
  expect(answer.headers.get('content-type')).toMatch('application/problem+json');
  expect(answer.body.errors.map(({ path }) => path)).toEqual(paths);
});
