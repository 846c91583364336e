import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { eventually } from '../../support/eventually';
import { startProcess, type ProductProcess } from '../../support/processes';

const secretKey = randomBytes(32).toString('base64');
/** Nothing listens on port 1. */
const nowhere = {
  DATABASE_URL: 'postgresql://u:topsecret@127.0.0.1:1/x',
  REDIS_URL: 'redis://127.0.0.1:1',
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  SECRET_KEY: secretKey,
  PORT: '0',
};

let running: ProductProcess | undefined;
afterEach(async () => {
  await running?.kill();
  running = undefined;
});

test('it starts while every server is away, says so, and names the port it took', async () => {
  running = await startProcess('api', nowhere);
  const url = String(running.hello.listening);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  const ready = await fetch(`${url}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: 'not_ready', down: ['postgres', 'redis', 'temporal'] },
  ]);
  expect(running.logs()).not.toContain('topsecret');
});

test('its log tells of requests to webhooks without their tokens', async () => {
  const api = (running = await startProcess('api', nowhere));
  const token = randomBytes(24).toString('base64url');
  const paths = [
    `/hooks/${token}`,
    `/hooks/${token}/test?sessionId=a`,
    `/api/v1/hooks/${token}`,
    `//Hooks//${token}`,
  ];
  for (const path of paths) await fetch(String(api.hello.listening) + path, { method: 'POST' });
  await fetch(`${String(api.hello.listening)}/hooks/${token}`);
  const requests = () => api.logs().match(/"msg":"request"/g) ?? [];
  await eventually('five requests in the log', () => requests().length >= 5, 30);
  await api.stop();
  expect(api.logs()).toContain('"path":"/hooks/…/test"');
  expect(requests()).toHaveLength(5);
  expect(api.logs()).not.toContain(token);
});

test('SIGTERM ends it in good order, although clients keep connections open', async () => {
  const api = (running = await startProcess('api', nowhere));
  const { port } = new URL(String(api.hello.listening));
  const [idle, halfSent] = [
    createConnection(Number(port), '127.0.0.1'),
    createConnection(Number(port), '127.0.0.1'),
  ];
  for (const socket of [idle, halfSent]) socket.on('error', () => undefined); // Being cut off is what is expected.
  await Promise.all([once(idle, 'connect'), once(halfSent, 'connect')]);
  halfSent.write('POST /api/v1/auth/token HTTP/1.1\r\nHost: x\r\n');
  // Connections are taken in their order: the API has both once it answers on a third.
  expect((await fetch(`${String(api.hello.listening)}/health/live`)).status).toBe(200);
  await api.stop();
  await eventually('the end in the log', () => api.logs().includes('"stopping"'));
  // It would say so after six seconds.
  expect(api.logs()).not.toMatch(/did not close in time|stopping failed/);
});

test.each([
  [
    'two settings that are wrong',
    { PORT: 'abc', LOG_LEVEL: 'loud' },
    /PORT: "abc" must be[\s\S]*LOG_LEVEL: "loud" must be/,
  ],
  [
    'settings that are missing',
    { DATABASE_URL: '', SECRET_KEY: '' },
    /DATABASE_URL must be set[\s\S]*SECRET_KEY must be set/,
  ],
  ['a key of the wrong length', { SECRET_KEY: 'short' }, /SECRET_KEY must be 32 bytes in base64/],
])('it does not start with %s, and says what to do without a stack trace', async (_name, env, message) => {
  const failed = await startProcess('api', { ...nowhere, ...env }).catch(
    (error: unknown) => (error as Error).message,
  );
  expect(failed).toMatch(message);
  expect(failed).toContain('ended with code 1');
  expect(failed).not.toMatch(/\n\s+at /);
});

test('it says when the port is taken', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const PORT = String((holder.address() as AddressInfo).port);
  await expect(startProcess('api', { ...nowhere, PORT })).rejects.toThrow(new RegExp(`EADDRINUSE.*${PORT}`));
  holder.close();
});
