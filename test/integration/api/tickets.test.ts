import type { IncomingMessage } from 'node:http';
import { newPerson, startTestApi, type TestApi } from './api-fixture';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

const upgrade = (url: string, headers: Record<string, string> = {}) =>
  api.services.identity.identify({ url, headers } as unknown as IncomingMessage, { ticket: true });

async function ticketOf(token: string): Promise<string> {
  const { status, body } = await api.call<{ ticket: string; expiresAt: string }>('POST', '/auth/ws-ticket', {
    token,
  });
  expect(status).toBe(200);
  expect(new Date(body.expiresAt).getTime() - Date.now()).toBeLessThanOrEqual(30_000);
  return body.ticket;
}

test('a ticket identifies one WebSocket, as long as the token it was asked with', async () => {
  const ada = await newPerson(api);
  const ticket = await ticketOf(ada.token);
  const identity = await upgrade(`/ws/rooms/1?ticket=${ticket}&offset=3`);
  expect(identity).toMatchObject({ userId: ada.id, email: ada.email, via: 'ticket' });
  expect((identity?.expiresAt.getTime() ?? 0) - Date.now()).toBeGreaterThan(800_000);
  expect(await upgrade(`/ws/rooms/1?ticket=${ticket}`)).toBeNull();
});

test('of two sockets that show one ticket at once, one is let in', async () => {
  const ticket = await ticketOf((await newPerson(api)).token);
  const both = await Promise.all([upgrade(`/?ticket=${ticket}`), upgrade(`/?ticket=${ticket}`)]);
  expect(both.filter((identity) => identity !== null)).toHaveLength(1);
});

test('a ticket is worth nothing after the session has ended, nor for ordinary requests', async () => {
  const ada = await newPerson(api);
  const ticket = await ticketOf(ada.token);
  expect((await api.call('GET', `/auth/me?ticket=${ticket}`)).status).toBe(401);
  await api.call('POST', '/auth/logout', { token: ada.token });
  expect(await upgrade(`/?ticket=${ticket}`)).toBeNull();
});

test('a ticket expires within thirty seconds and is not kept in clear', async () => {
  const ticket = await ticketOf((await newPerson(api)).token);
  const { redis } = api.services;
  const keys = await redis.keys('ws-ticket:*');
  expect(keys.join()).not.toContain(ticket);
  const lives = await Promise.all(keys.map((key) => redis.ttl(key)));
  expect(Math.max(...lives)).toBeLessThanOrEqual(30);
});

test('sockets are told when a session has ended', async () => {
  const ada = await newPerson(api);
  const identity = await upgrade('/', { authorization: `Bearer ${ada.token}` });
  if (identity === null) throw new Error('not identified');
  expect(await api.services.identity.stillValid(identity)).toBe(true);
  await api.services.identity.sessions.revokeAll(ada.id);
  expect(await api.services.identity.stillValid(identity)).toBe(false);
});

test.each(['/?ticket=', '/?ticket=nonsense', '/?ticket=%00', '/', '/?ticket'])(
  '%s identifies nobody',
  async (url) => {
    expect(await upgrade(url)).toBeNull();
  },
);
