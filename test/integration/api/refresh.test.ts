import { createHash } from 'node:crypto';
import { newPerson, startTestApi, type TestApi, type Tokens } from './api-fixture';

let api: TestApi;
beforeAll(async () => {
  // So long that requests at once are within it, however slow they are.
  api = await startTestApi({ env: { REFRESH_GRACE_SECONDS: '300' } });
});

const refresh = (refreshToken: string, on = api) =>
  on.call<Tokens & { code: string }>('POST', '/auth/refresh', { body: { refresh_token: refreshToken } });
const me = (token: string, on = api) => on.call('GET', '/auth/me', { token });
const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

/** Makes a token look as if it had been exchanged ten minutes ago. */
const age = (token: string) =>
  api.database.refreshToken.update({
    where: { tokenHash: hashOf(token) },
    data: { rotatedAt: new Date(Date.now() - 600_000) },
  });

test('a refresh token is exchanged for a new pair, which works', async () => {
  const ada = await newPerson(api);
  const { status, body } = await refresh(ada.refreshToken);
  expect(status).toBe(200);
  expect(body.refresh_token).not.toBe(ada.refreshToken);
  expect((await me(body.access_token)).status).toBe(200);
  expect((await refresh(body.refresh_token)).status).toBe(200);
});

test('a refresh token that comes back after the grace period ends the session, everywhere and for every token of it', async () => {
  const ada = await newPerson(api);
  const other = await startTestApi();
  const { body: next } = await refresh(ada.refreshToken);
  expect((await me(next.access_token, other)).status).toBe(200);
  await age(ada.refreshToken);

  expect(await refresh(ada.refreshToken)).toMatchObject({
    status: 401,
    body: { code: 'refresh_token_reused' },
  });
  expect((await me(next.access_token)).status).toBe(401);
  expect((await me(ada.token)).status).toBe(401);
  expect(await refresh(next.refresh_token)).toMatchObject({
    status: 401,
    body: { code: 'invalid_refresh_token' },
  });
  // Another process learns of it within two seconds.
  await new Promise((resolve) => setTimeout(resolve, 2100));
  expect((await me(next.access_token, other)).status).toBe(401);

  const session = await api.database.session.findFirst({ where: { userId: ada.id } });
  expect(session?.revokedBy).toBe('reuse');
  const events = await api.database.auditEvent.findMany({
    where: { actorId: ada.id, action: 'refresh_reused' },
  });
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ targetKind: 'session', targetId: session?.id });
});

test('two tabs that refresh at once both get a pair that works, and the session goes on', async () => {
  const ada = await newPerson(api);
  const answers = await Promise.all([refresh(ada.refreshToken), refresh(ada.refreshToken)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const [first, second] = answers.map(({ body }) => body);
  expect(first?.refresh_token).not.toBe(second?.refresh_token);
  for (const tokens of [first, second]) {
    expect((await me(tokens?.access_token ?? '')).status).toBe(200);
    expect((await refresh(tokens?.refresh_token ?? '')).status).toBe(200);
  }
});

test('parallel refreshes are one after the other: only the first rotates', async () => {
  const ada = await newPerson(api);
  const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(ada.refreshToken)));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  const session = await api.database.session.findFirstOrThrow({
    where: { userId: ada.id },
    include: { refreshTokens: true },
  });
  expect(session.refreshTokens).toHaveLength(9);
  expect(session.refreshTokens.filter(({ rotatedAt }) => rotatedAt !== null)).toHaveLength(1);
});

test('without a grace period the second of two parallel refreshes ends the session', async () => {
  const strict = await startTestApi({ env: { REFRESH_GRACE_SECONDS: '0' } });
  const ada = await newPerson(strict);
  const answers = await Promise.all([refresh(ada.refreshToken, strict), refresh(ada.refreshToken, strict)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  expect((await me(ada.token, strict)).status).toBe(401);
});

test('a session ends when it was not used for its life; using it makes it longer', async () => {
  const ada = await newPerson(api);
  const soon = new Date(Date.now() + 60_000);
  await api.database.session.updateMany({ where: { userId: ada.id }, data: { expiresAt: soon } });
  const { body: next } = await refresh(ada.refreshToken);
  const session = await api.database.session.findFirstOrThrow({ where: { userId: ada.id } });
  expect(session.expiresAt.getTime() - Date.now()).toBeGreaterThan(29 * 86_400_000);
  await api.database.refreshToken.update({
    where: { tokenHash: hashOf(next.refresh_token) },
    data: { expiresAt: new Date(0) },
  });
  expect(await refresh(next.refresh_token)).toMatchObject({
    status: 401,
    body: { code: 'invalid_refresh_token' },
  });
});

test('refresh tokens are stored as hashes only', async () => {
  const ada = await newPerson(api);
  const stored = await api.database.refreshToken.findMany({ where: { session: { userId: ada.id } } });
  expect(stored.map(({ tokenHash }) => tokenHash)).toEqual([hashOf(ada.refreshToken)]);
});

test.each(['nonsense', 'a'.repeat(43)])('a token that was never issued is refused: %s', async (token) => {
  expect(await refresh(token)).toMatchObject({ status: 401, body: { code: 'invalid_refresh_token' } });
});

test('a disabled person can neither refresh nor go on', async () => {
  const ada = await newPerson(api);
  await api.database.user.update({ where: { id: ada.id }, data: { disabledAt: new Date() } });
  expect((await refresh(ada.refreshToken)).status).toBe(401);
  expect((await me(ada.token)).status).toBe(401);
});

test('logout ends this session only, by access token or by refresh token', async () => {
  const ada = await newPerson(api);
  const { body: other } = await api.call<Tokens>('POST', '/auth/token', {
    body: new URLSearchParams({
      grant_type: 'password',
      username: ada.email,
      password: 'correct horse battery staple',
    }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect((await api.call('POST', '/auth/logout', { token: ada.token })).status).toBe(204);
  expect((await me(ada.token)).status).toBe(401);
  expect((await refresh(ada.refreshToken)).status).toBe(401);
  expect((await me(other.access_token)).status).toBe(200);
  expect(
    (await api.call('POST', '/auth/logout', { body: { refresh_token: other.refresh_token } })).status,
  ).toBe(204);
  expect((await me(other.access_token)).status).toBe(401);
  expect((await api.call('POST', '/auth/logout')).status).toBe(204);
});

test('logout-all ends every session of the person and of nobody else', async () => {
  const [ada, ben] = await Promise.all([newPerson(api), newPerson(api)]);
  const { body: second } = await refresh(ada.refreshToken);
  const sessions = await Promise.all(
    [1, 2].map(() => api.services.identity.sessions.open(ada.id, { address: '::1', userAgent: null })),
  );
  expect((await api.call('POST', '/auth/logout-all', { token: second.access_token })).status).toBe(204);
  for (const token of [ada.token, second.access_token, ...sessions.map(({ accessToken }) => accessToken)]) {
    expect((await me(token)).status).toBe(401);
  }
  for (const { refreshToken } of sessions) expect((await refresh(refreshToken)).status).toBe(401);
  expect((await me(ben.token)).status).toBe(200);
  const event = await api.database.auditEvent.findFirst({ where: { actorId: ada.id, action: 'logout_all' } });
  expect(event?.data).toEqual({ sessions: 3 });
});

test('the purge forgets sessions and tokens that are long over, and nothing else', async () => {
  const [gone, kept] = await Promise.all([newPerson(api), newPerson(api)]);
  await api.database.session.updateMany({
    where: { userId: gone.id },
    data: { expiresAt: new Date(Date.now() - 8 * 86_400_000) },
  });
  await api.services.identity.sessions.purge();
  expect(await api.database.session.count({ where: { userId: gone.id } })).toBe(0);
  expect(await api.database.session.count({ where: { userId: kept.id } })).toBe(1);
});
