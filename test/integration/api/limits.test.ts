import { newAddress, newPerson, startTestApi, type TestApi } from './api-fixture';

const limit = 20;
const nowhere = 'redis://127.0.0.1:1';

const untilRefused = async (api: TestApi, options: Parameters<TestApi['call']>[2]) => {
  for (let count = 0; count < limit * 3; count += 1) {
    const answer = await api.call('GET', '/auth/me', options);
    if (answer.status === 429) return { count, answer };
  }
  throw new Error('never refused');
};

test('a person may make so many requests a minute, from wherever; then 429 says when to come back', async () => {
  const api = await startTestApi({ env: { REQUESTS_PER_MINUTE: String(limit) } });
  const ada = await newPerson(api);
  const { count, answer } = await untilRefused(api, { token: ada.token });
  expect(count).toBe(limit);
  expect(answer.body).toMatchObject({ code: 'rate_limited', status: 429 });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60);
  const elsewhere = await api.call('GET', '/auth/me', {
    token: ada.token,
    headers: { 'x-forwarded-for': newAddress() },
  });
  expect(elsewhere.status).toBe(429);
  expect((await api.call('GET', '//health')).status).toBe(200);
});

test('signed out, an address is counted; what a client writes in front of X-Forwarded-For makes no difference', async () => {
  const api = await startTestApi({ env: { REQUESTS_PER_MINUTE: String(limit) } });
  const address = newAddress();
  const { count } = await untilRefused(api, { headers: { 'x-forwarded-for': address } });
  expect(count).toBe(limit);
  const disguised = await api.call('GET', '/auth/me', {
    headers: { 'x-forwarded-for': `192.0.2.7, ${address}` },
  });
  expect(disguised.status).toBe(429);
  const neighbour = await api.call('GET', '/auth/me', {
    headers: { 'x-forwarded-for': address.replace('::1', '::2') },
  });
  expect(neighbour.status).toBe(429);
  expect((await api.call('GET', '/auth/me', { headers: { 'x-forwarded-for': newAddress() } })).status).toBe(
    401,
  );
});

test('without TRUST_PROXY the header means nothing', async () => {
  const api = await startTestApi({
    env: { REQUESTS_PER_MINUTE: String(limit), TRUST_PROXY: 'false', REDIS_URL: nowhere },
  });
  let refused = 0;
  for (let count = 0; count < limit + 3; count += 1) {
    const { status } = await api.call('GET', '/auth/me', { headers: { 'x-forwarded-for': newAddress() } });
    if (status === 429) refused += 1;
  }
  expect(refused).toBe(3);
});

test('while Redis is away each process counts by itself, at once, and people can sign in', async () => {
  const api = await startTestApi({ env: { REQUESTS_PER_MINUTE: String(limit), REDIS_URL: nowhere } });
  const ada = await newPerson(api);
  const took: number[] = [];
  let refused = false;
  while (!refused && took.length < limit * 3) {
    const began = performance.now();
    refused = (await api.call('GET', '/auth/me', { token: ada.token })).status === 429;
    took.push(performance.now() - began);
  }
  expect(took).toHaveLength(limit + 1);
  // Each would wait for three attempts to reach Redis, a second; by the one in the middle, since any one may be held up.
  expect(took.toSorted((a, b) => a - b)[limit / 2]).toBeLessThan(500);
});
