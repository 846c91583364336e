import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { eventually } from '../../support/eventually';
import { newPerson, type Person } from '../../support/people';
import { newAddress, startTestApi, type TestApi } from '../api/api-fixture';
import {
  deliver,
  deliveriesOf,
  eventsOf,
  freshSecret,
  newHook,
  signed,
  type Hook,
  type Sending,
} from './hooks-fixture';
import { newRoomOf } from './routes-fixture';
import { published } from './workflows-fixture';

const order = { order: 4711, state: 'paid' };
const toleranceSeconds = 300;

let api: TestApi;
let ada: Person;
let flow: string;
let hook: Hook;
beforeAll(async () => {
  api = await startTestApi();
  ada = await newPerson(api.url, 'Ada');
  flow = await published(ada);
});
beforeEach(async () => {
  hook = await newHook(api, ada, flow);
});

/** Sends a signed body on a connection that is kept, for many at once. @returns the status */
const post = (agent: Agent, url: string, body: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { ...signed(hook, body), 'x-forwarded-for': newAddress() };
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.once('error', reject).end(body);
  });

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

/** Status and code of a delivery that is refused; nothing may come of it. */
async function refused(body: unknown, how: Sending = {}, to = hook): Promise<[number, string]> {
  const before = (await eventsOf(api, to)).length;
  const answer = await deliver(api, to, body, how);
  expect(await eventsOf(api, to)).toHaveLength(before);
  return [answer.status, answer.body.code];
}

describe('what is accepted', () => {
  test('a signed body becomes an event for this policy, and is told to who decides', async () => {
    const roomId = await newRoomOf(ada);
    hook = await newHook(api, ada, flow, { roomId });
    const answer = await deliver(api, hook, order, { id: 'msg_1' });
    expect([answer.status, answer.body.status]).toEqual([202, 'accepted']);
    const [event, ...others] = await eventsOf(api, hook);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      id: answer.body.eventId,
      ...{ workspaceId: ada.workspaceId, roomId, sessionId: roomId, type: 'webhook', depth: 0 },
      ...{ key: 'msg_1', messageId: 'msg_1', data: { body: order, key: 'msg_1' } },
    });
    await eventually('the event was told', async () => (await eventsOf(api, hook))[0]?.sentAt);
  });

  test('the session is the one in the query, else that of the scope, else none', async () => {
    const scoped = await newHook(api, ada, flow, { sessionId: 'lesson-1' });
    await deliver(api, scoped, 1);
    await deliver(api, scoped, 2, { to: '?sessionId=lesson-2' });
    await deliver(api, hook, 3);
    expect((await eventsOf(api, scoped)).map(({ sessionId }) => sessionId)).toEqual(['lesson-1', 'lesson-2']);
    expect((await eventsOf(api, hook)).map(({ sessionId }) => sessionId)).toEqual([null]);
  });

  test('equal bodies with different keys are two events', async () => {
    const answers = [await deliver(api, hook, order), await deliver(api, hook, order)];
    expect(new Set(answers.map(({ body }) => body.eventId)).size).toBe(2);
    expect(await eventsOf(api, hook)).toHaveLength(2);
  });

  test('a compressed body is signed as it was before', async () => {
    const body = JSON.stringify(order);
    const { status } = await fetch(api.url + hook.path, {
      method: 'POST',
      headers: { ...signed(hook, body), 'content-encoding': 'gzip', 'x-forwarded-for': newAddress() },
      body: gzipSync(body),
    });
    expect(status).toBe(202);
  });

  test('while Temporal is away it is taken at once all the same, and kept unsent', async () => {
    const away = await startTestApi({ env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
    // Temporal would take five seconds each time; what holds up the tests' own process holds up one.
    await eventually(
      'an answer at once',
      async () => {
        const began = Date.now();
        expect((await deliver(away, hook, order)).status).toBe(202);
        return Date.now() - began < 2000;
      },
      45,
    );
    const events = await eventsOf(api, hook);
    expect(events.map(({ sentAt }) => sentAt)).toEqual(events.map(() => null));
    expect(events).not.toEqual([]);
  });
});

describe('the signature', () => {
  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('without %s: 401', async (header) => {
    const answer = await deliver(api, hook, order, { headers: { [header]: '' } });
    expect([answer.status, answer.body.code]).toEqual([401, 'signature_missing']);
    expect(answer.body.detail).toBe(`Send the header ${header}.`);
  });

  test.each([-toleranceSeconds - 2, toleranceSeconds + 30])('made %i s from now: 401', async (away) => {
    expect(await refused(order, { away })).toEqual([401, 'signature_stale']);
  });

  test.each([-toleranceSeconds + 30, toleranceSeconds - 5])('made %i s from now is good', async (away) => {
    expect((await deliver(api, hook, order, { away })).status).toBe(202);
  });

  test.each(['soon', '1e9', '-1', '', '99999999999999999999'])('a timestamp of %p: 401', async (value) => {
    const [status] = await refused(order, { headers: { 'webhook-timestamp': value } });
    expect(status).toBe(401);
  });

  test.each([
    ['of another secret', () => ({ secrets: [freshSecret().secret] })],
    ['of another body', () => ({ sent: JSON.stringify({ ...order, state: 'open' }) })],
    ['of the same value written otherwise', () => ({ sent: JSON.stringify(order, null, 2) })],
    ['of another id', () => ({ headers: { 'webhook-id': randomUUID() } })],
    ['cut short', () => ({ headers: { 'webhook-signature': 'v1,K5oZfzN95Z9UVu1E' } })],
    [
      'without its version',
      () => ({ headers: { 'webhook-signature': 'K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=' } }),
    ],
  ])('%s: 401', async (_, how) => {
    expect(await refused(order, how())).toEqual([401, 'signature_invalid']);
  });

  test('one good signature among others is enough', async () => {
    const secrets = [freshSecret().secret, hook.secret, freshSecret().secret];
    expect((await deliver(api, hook, order, { secrets })).status).toBe(202);
  });

  test('a rotated secret is good until it expires', async () => {
    const [current, leaving, gone] = [freshSecret(), freshSecret(inSeconds(600)), freshSecret(inSeconds(-1))];
    const hookSecrets = [current, leaving, gone].map(({ stored }) => ({ ...stored }));
    hook = await newHook(api, ada, flow, { hookSecrets });
    for (const { secret } of [current, leaving])
      expect((await deliver(api, hook, order, { secrets: [secret] })).status).toBe(202);
    expect(await refused(order, { secrets: [gone.secret] })).toEqual([401, 'signature_invalid']);
  });

  test('a webhook whose secrets have all expired takes nothing', async () => {
    const { secret, stored } = freshSecret(inSeconds(-1));
    hook = await newHook(api, ada, flow, { hookSecrets: [{ ...stored }] });
    expect(await refused(order, { secrets: [secret] })).toEqual([401, 'signature_invalid']);
  });
});

describe('the key', () => {
  test('the same message again has the same answer and is one event', async () => {
    const body = JSON.stringify(order);
    const headers = signed(hook, body, { id: 'msg_7' });
    const [first, replay] = [
      await api.call('POST', `/${hook.path}`, { body, headers }),
      await api.call('POST', `/${hook.path}`, { body, headers }),
    ];
    expect([replay.status, replay.body]).toEqual([first.status, first.body]);
    expect([first, replay].map((answer) => answer.headers.get('idempotent-replayed'))).toEqual([
      null,
      'true',
    ]);
    const later = await deliver(api, hook, order, { id: 'msg_7', away: 1 });
    expect(later.body).toEqual(first.body);
    expect(await eventsOf(api, hook)).toHaveLength(1);
  });

  test('the same key 20 times at once, at two APIs, is one event', async () => {
    const other = await startTestApi();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        deliver(index % 2 ? api : other, hook, order, { id: 'msg_8' }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202));
    expect(new Set(answers.map(({ body }) => body.eventId)).size).toBe(1);
    expect(await eventsOf(api, hook)).toHaveLength(1);
  });

  test('with another body or session it is refused', async () => {
    await deliver(api, hook, order, { id: 'msg_9' });
    const reused = [409, 'idempotency_key_reused'];
    expect(await refused({ ...order, state: 'open' }, { id: 'msg_9' })).toEqual(reused);
    expect(await refused(order, { id: 'msg_9', to: '?sessionId=other' })).toEqual(reused);
  });

  test('an Idempotency-Key counts in place of webhook-id', async () => {
    const headers = { 'idempotency-key': 'order-4711-paid' };
    const answers = [
      await deliver(api, hook, order, { headers }),
      await deliver(api, hook, order, { headers }),
    ];
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    expect((await eventsOf(api, hook)).map(({ key }) => key)).toEqual(['order-4711-paid']);
  });

  test('a captured request does not run again under an Idempotency-Key that nobody signed', async () => {
    await deliver(api, hook, order, { id: 'msg_10' });
    const replay = { id: 'msg_10', headers: { 'idempotency-key': 'mine' } };
    expect(await refused(order, replay)).toEqual([409, 'idempotency_key_reused']);
  });

  test.each([
    [{ id: 'x'.repeat(201) }, 'header.webhook-id'],
    [{ headers: { 'idempotency-key': 'with a space' } }, 'header.idempotency-key'],
  ])('longer than 200 characters or with spaces: 422', async (how, path) => {
    const { status, body } = await deliver(api, hook, order, how);
    expect([status, body.errors?.map((error) => error.path)]).toEqual([422, [path]]);
  });

  test('of another webhook it is another one', async () => {
    const second = await newHook(api, ada, flow);
    const id = 'msg_11';
    await deliver(api, hook, order, { id });
    await deliver(api, second, { other: true }, { id });
    expect([(await eventsOf(api, hook)).length, (await eventsOf(api, second)).length]).toEqual([1, 1]);
  });
});

describe('the body', () => {
  test('more than HOOK_MAX_BYTES: 413; as many: accepted', async () => {
    const small = await startTestApi({ env: { HOOK_MAX_BYTES: '1024' } });
    const full = 'x'.repeat(1022);
    expect((await deliver(small, hook, full.replace(/^/, '"') + '"')).status).toBe(202);
    const { status, body } = await deliver(small, hook, JSON.stringify(`${full}x`));
    expect([status, body.code]).toEqual([413, 'body_too_large']);
  });

  test('of another type: 415; no JSON, or no UTF-8: 400', async () => {
    const text = { headers: { 'content-type': 'text/plain' } };
    expect(await refused(order, text)).toEqual([415, 'unsupported_media_type']);
    expect(await refused('{"order":')).toEqual([400, 'malformed_body']);
  });

  test('what cannot be stored: 422', async () => {
    expect(await refused('{"text":"\\u0000"}')).toEqual([422, 'invalid_request']);
    expect(await refused('['.repeat(100) + ']'.repeat(100))).toEqual([422, 'invalid_request']);
  });

  test('it is held to the schema of the policy, every problem at once', async () => {
    const bodySchema = {
      type: 'object',
      properties: { order: { type: 'integer' }, state: { enum: ['paid', 'open'] } },
      required: ['order'],
      additionalProperties: false,
    };
    hook = await newHook(api, ada, flow, { bodySchema });
    const { status, body } = await deliver(api, hook, { order: 'x', state: 'lost', more: 1 });
    expect(status).toBe(422);
    expect(body.errors?.map(({ path }) => path).sort()).toEqual(['body.more', 'body.order', 'body.state']);
    expect((await deliver(api, hook, order)).status).toBe(202);
  });
});

describe('who may send, and how much', () => {
  test('an unknown address: 404; a disabled policy: 409, told to those who sign', async () => {
    expect((await deliver(api, { ...hook, path: '/hooks/unknown' }, order)).body.code).toBe('hook_not_found');
    hook = await newHook(api, ada, flow, { enabled: false });
    expect(await refused(order)).toEqual([409, 'trigger_disabled']);
    expect(await refused(order, { secrets: [freshSecret().secret] })).toEqual([401, 'signature_invalid']);
  });

  test('signed requests at two APIs, far more than the limit: exactly 600 of 2,000 are accepted', async () => {
    const apis = [api, await startTestApi()];
    const counts = new Map<number, number>();
    // The minute in which they are counted is as long as the test takes.
    const counter = `limit:hook:${hook.policy.id}`;
    await api.services.redis.set(counter, 0, 'EX', 3600);
    let next = 0;
    const agent = new Agent({ keepAlive: true });
    const sendOn = async (): Promise<void> => {
      for (let index = next++; index < 2000; index = next++) {
        const status = await post(agent, (apis[index % 2] ?? api).url + hook.path, JSON.stringify({ index }));
        counts.set(status, (counts.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 32 }, sendOn));
    agent.destroy();
    expect(await api.services.redis.get(counter)).toBe('2000');
    expect(Object.fromEntries(counts)).toEqual({ 202: 600, 429: 1400 });
    expect(await eventsOf(api, hook)).toHaveLength(600);
    const over = await deliver(api, hook, order);
    expect(over.body.code).toBe('rate_limited');
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0);
    // Those that come at once leave the oldest to one another; what comes alone removes them.
    expect((await deliver(api, hook, order, { secrets: [freshSecret().secret] })).status).toBe(401);
    expect(await deliveriesOf(ada, hook)).toHaveLength(100);
  }, 180_000);

  test('requests with a wrong signature use up nothing of the limit of the webhook', async () => {
    const strict = await startTestApi({ env: { HOOK_REQUESTS_PER_MINUTE: '2' } });
    const secrets = [freshSecret().secret];
    for (let count = 0; count < 5; count += 1)
      expect((await deliver(strict, hook, order, { secrets })).status).toBe(401);
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await deliver(strict, hook, order)).status);
    expect(statuses).toEqual([202, 202, 429]);
  });

  test('an address that sends too much is refused before anything is looked at', async () => {
    const strict = await startTestApi({ env: { REQUESTS_PER_MINUTE: '3' } });
    const statuses = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await deliver(strict, hook, 1)).status);
    expect(statuses).toEqual([202, 202, 202, 429]);
  });
});
