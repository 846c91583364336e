import { eventually } from '../../support/eventually';
import { newPerson, register, requestToken, startTestApi } from './api-fixture';

interface Status {
  status: string;
  dependencies: { name: string; status: string; latencyMs: number | null; error: string | null }[];
}

/** Nothing listens on port 1; 192.0.2.0/24 swallows packets without an answer. */
const refusing = {
  database: 'postgresql://u:topsecret@127.0.0.1:1/x',
  redis: 'redis://:topsecret@127.0.0.1:1',
};

test('live is about the process only, ready and status about what it needs', async () => {
  const api = await startTestApi({ env: { TEMPORAL_ADDRESS: '127.0.0.1:1', OPENAI_API_KEY: 'sk-test' } });
  for (const path of ['//health', '//health/live']) {
    expect(await api.call('GET', path)).toMatchObject({ status: 200, body: { status: 'ok' } });
  }
  for (const path of ['//health/ready', '//readiness']) {
    const answer = await eventually(`${path} with the servers of the tests up`, async () => {
      const now = await api.call<{ down: string[] }>('GET', path);
      return now.body.down.length === 1 && now;
    });
    expect(answer).toMatchObject({ status: 503, body: { status: 'not_ready', down: ['temporal'] } });
    expect(answer.headers.get('retry-after')).toBe('2');
  }
  const { status, body } = await eventually('a status with the servers of the tests up', async () => {
    const now = await api.call<Status>('GET', '//health/status');
    return now.body.dependencies.filter((one) => one.status === 'down').length === 1 && now;
  });
  expect([status, body.status]).toEqual([200, 'degraded']);
  expect(body.dependencies.map((one) => [one.name, one.status])).toEqual([
    ['postgres', 'up'],
    ['redis', 'up'],
    ['temporal', 'down'],
    ['model', 'up'],
  ]);
  expect(body.dependencies.map(({ latencyMs }) => latencyMs === null)).toEqual([false, false, false, true]);
  expect(body.dependencies.map(({ error }) => error === null)).toEqual([true, true, false, true]);
});

test('with everything away: it is named within its time, without addresses and secrets', async () => {
  const api = await startTestApi({
    env: {
      DATABASE_URL: refusing.database,
      REDIS_URL: refusing.redis,
      TEMPORAL_ADDRESS: '192.0.2.1:7233',
      OPENAI_API_KEY: '',
      OPENAI_BASE_URL: '',
    },
  });
  // What holds up the tests' own process holds up one answer, not each.
  const body = await eventually(
    'an answer within 2.6 s',
    async () => {
      const began = Date.now();
      const answer = await api.call<Status>('GET', '//health/status');
      return Date.now() - began < 2600 && answer.body;
    },
    45,
  );
  expect(body.dependencies.map((one) => one.status)).toEqual(['down', 'down', 'down', 'not_configured']);
  expect(body.dependencies.map(({ error }) => (error ?? '') !== '')).toEqual([true, true, true, false]);
  expect(JSON.stringify(body)).not.toMatch(/topsecret|127\.0\.0\.1|192\.0\.2/);
  expect(await api.call('GET', '//health/ready')).toMatchObject({
    body: { down: ['postgres', 'redis', 'temporal'] },
  });
});

test('without Postgres, requests get 503 database_unavailable with Retry-After, never a 500', async () => {
  const api = await startTestApi({ env: { DATABASE_URL: refusing.database } });
  const answers = await Promise.all([
    requestToken(api, 'a@example.org'),
    api.call('POST', '/auth/register', {
      body: { email: 'a@example.org', password: 'long enough', name: 'A' },
    }),
    api.call('POST', '/auth/refresh', { body: { refresh_token: 'x' } }),
    api.call('GET', '/auth/me', {
      token: 'eyJhbGciOiJFZERTQSIsImtpZCI6IjAxOTdkNmEyLTZmNWMtN2MzZS05ZDUzLTBmM2E1YjFjMmQ0ZSJ9.e30.AAAA',
    }),
  ]);
  for (const { status, body, headers } of answers) {
    expect([status, (body as unknown as { code: string }).code]).toEqual([503, 'database_unavailable']);
    expect(headers.get('retry-after')).toBe('2');
    expect(JSON.stringify(body)).not.toMatch(/topsecret|127\.0\.0\.1/);
  }
});

test('without Redis, a ticket gets 503 redis_unavailable; everything else goes on', async () => {
  const api = await startTestApi({ env: { REDIS_URL: refusing.redis } });
  const ada = await newPerson(api);
  await register(api);
  expect((await api.call('GET', '/auth/me', { token: ada.token })).status).toBe(200);
  const ticket = await api.call('POST', '/auth/ws-ticket', { token: ada.token });
  expect(ticket).toMatchObject({ status: 503, body: { code: 'redis_unavailable' } });
  expect(ticket.headers.get('retry-after')).toBe('2');
});
