import { cookiesOf, newPerson, password, register, startTestApi, type TestApi } from './api-fixture';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    env: { PUBLIC_URL: 'https://chat.example.org/app', ALLOWED_ORIGINS: 'https://partner.example.org' },
  });
});

async function login(headers: Record<string, string> = {}) {
  const { email } = await register(api);
  const answer = await api.call('POST', '/auth/login', { body: { email, password }, headers });
  const jar = cookiesOf(answer.headers);
  const cookie = Object.entries(jar)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
  return { email, answer, jar, cookie };
}

const own = () => ({ origin: api.url });

test('login puts the tokens into cookies that scripts and other sites cannot use, and nowhere else', async () => {
  const { answer, jar } = await login();
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.body)).toEqual(['user', 'expiresAt']);
  const cookies = answer.headers.getSetCookie();
  expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['__Host-coagent', '__Host-coagent-refresh']);
  for (const cookie of cookies) {
    expect(cookie).toMatch(/; path=\/; expires=[^;]+; samesite=lax; secure; httponly$/i);
    expect(cookie).not.toMatch(/domain/i);
  }
  for (const value of Object.values(jar)) expect(JSON.stringify(answer.body)).not.toContain(value);
});

test('the cookie identifies requests that read, without any Origin', async () => {
  const { cookie, email } = await login();
  const me = await api.call<{ user: { email: string } }>('GET', '/auth/me', { headers: { cookie } });
  expect([me.status, me.body.user.email]).toEqual([200, email]);
});

test.each([
  ['the own origin', () => api.url, 200],
  ['PUBLIC_URL', () => 'https://chat.example.org', 200],
  ['an allowed origin', () => 'https://partner.example.org', 200],
  ['a foreign origin', () => 'https://evil.example.org', 403],
  ['the own host with something before it', () => 'http://evil-127.0.0.1', 403],
  ['an allowed origin as a prefix', () => 'https://partner.example.org.evil.example', 403],
  ['an opaque origin', () => 'null', 403],
  ['no origin', () => undefined, 403],
])('a change by cookie from %s', async (_name, originOf, status) => {
  const { cookie } = await login();
  const origin = originOf();
  const headers = { cookie, ...(origin === undefined ? {} : { origin }) };
  const answer = await api.call<{ code?: string }>('POST', '/auth/ws-ticket', { headers });
  expect(answer.status).toBe(status);
  expect(answer.body.code).toBe(status === 403 ? 'origin_not_allowed' : undefined);
});

test('a bearer token needs no origin: it does not travel by itself', async () => {
  const { token } = await newPerson(api);
  expect((await api.call('POST', '/auth/ws-ticket', { token })).status).toBe(200);
  expect(
    (await api.call('POST', '/auth/ws-ticket', { token, headers: { origin: 'https://evil.example.org' } }))
      .status,
  ).toBe(200);
});

test('another site cannot sign a visitor in', async () => {
  const { email } = await register(api);
  const headers = { origin: 'https://evil.example.org' };
  const answer = await api.call('POST', '/auth/login', { body: { email, password }, headers });
  expect([answer.status, answer.body.code]).toEqual([403, 'origin_not_allowed']);
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect((await login(own())).answer.status).toBe(200);
});

test('a form of another site, which sends the cookie but no JSON, changes nothing', async () => {
  const { email } = await register(api);
  const body = `{"email":"${email}","password":"${password}"}`;
  const answer = await api.call('POST', '/auth/login', { body, headers: { 'content-type': 'text/plain' } });
  expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
});

test('refresh by cookie sets new cookies, answers without tokens, and needs the origin', async () => {
  const { cookie, jar } = await login();
  expect((await api.call('POST', '/auth/refresh', { headers: { cookie } })).status).toBe(403);
  const answer = await api.call('POST', '/auth/refresh', { headers: { cookie, ...own() } });
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.body)).toEqual(['expiresAt']);
  const next = cookiesOf(answer.headers);
  expect(Object.keys(next)).toEqual(['__Host-coagent', '__Host-coagent-refresh']);
  expect(next['__Host-coagent-refresh']).not.toBe(jar['__Host-coagent-refresh']);
});

test('a refresh that fails clears the cookies', async () => {
  const headers = { cookie: '__Host-coagent-refresh=nonsense', ...own() };
  const answer = await api.call('POST', '/auth/refresh', { headers });
  expect(answer.status).toBe(401);
  expect(answer.headers.getSetCookie()).toHaveLength(2);
  expect(cookiesOf(answer.headers)).toEqual({});
});

test('logout clears the cookies and works with the refresh cookie alone', async () => {
  const { jar } = await login();
  const cookie = `__Host-coagent-refresh=${String(jar['__Host-coagent-refresh'])}`;
  const answer = await api.call('POST', '/auth/logout', { headers: { cookie, ...own() } });
  expect(answer.status).toBe(204);
  expect(cookiesOf(answer.headers)).toEqual({});
  const token = jar['__Host-coagent'] ?? '';
  expect((await api.call('GET', '/auth/me', { token })).status).toBe(401);
});
