import { randomUUID } from 'node:crypto';
import { eventually } from '../../support/eventually';
import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { deliver, deliveriesOf, eventsOf, freshSecret, newHook, type Hook } from './hooks-fixture';
import { colleague, refusal } from './routes-fixture';
import { published, storeRun } from './workflows-fixture';

const order = { order: 4711, state: 'paid' };

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
  hook = await newHook(api, ada, flow, { input: { n: 'event.body.order' } });
});

const waiting = (seconds: number, id: string = randomUUID()) => ({
  id,
  headers: { prefer: `wait=${String(seconds)}` },
});

/** Stores a decision over the webhook's only event, as those who decide do. */
async function decide(firing: { status: string; reason?: string; detail?: string; runId?: string }) {
  const event = await eventually('an event', async () => (await eventsOf(api, hook))[0]);
  await api.database.triggerFiring.create({
    data: {
      id: randomUUID(),
      policyId: hook.policy.id,
      workspaceId: ada.workspaceId,
      event: { id: event.id, type: 'webhook' },
      ...firing,
    },
  });
  return event.id;
}

describe('Prefer: wait', () => {
  test('answers the outcome of the run when it has ended', async () => {
    const answer = deliver(api, hook, order, waiting(50));
    const runId = await storeRun(api, ada, { workflowId: flow, version: 1 });
    const eventId = await decide({ status: 'fired', runId });
    const output = { sum: 2 };
    await api.database.run.update({
      where: { id: runId },
      data: { status: 'completed', output, endedAt: new Date() },
    });
    const { status, body, headers } = await answer;
    expect(status).toBe(200);
    expect(body).toEqual({ eventId, decision: 'fired', runId, status: 'completed', output, error: null });
    expect(headers.get('preference-applied')).toBe('wait=50');
  });

  test('answers why a run failed', async () => {
    const answer = deliver(api, hook, order, waiting(50));
    const error = { code: 'expression_failed', detail: 'n is missing', nodeKey: 'add' };
    const runId = await storeRun(api, ada, { status: 'failed', error, endedAt: new Date() });
    await decide({ status: 'fired', runId });
    expect((await answer).body).toMatchObject({ decision: 'fired', status: 'failed', output: null, error });
  });

  test('answers why nothing fired, also to whoever sends the same again', async () => {
    const id = 'msg_1';
    const answer = deliver(api, hook, order, waiting(50, id));
    const skipped = { reason: 'cooldown', detail: 'It fired 10 s ago.' };
    const eventId = await decide({ status: 'skipped', ...skipped });
    expect((await answer).body).toEqual({ eventId, decision: 'skipped', ...skipped });
    const again = await deliver(api, hook, order, waiting(1, id));
    expect([again.status, again.body]).toEqual([200, (await answer).body]);
  });

  test('answers 202 when nothing is decided, or the run goes on, for longer', async () => {
    const began = Date.now();
    const undecided = await deliver(api, hook, order, waiting(1, 'msg_2'));
    expect(Date.now() - began).toBeGreaterThanOrEqual(1000);
    expect([undecided.status, undecided.body.status]).toEqual([202, 'accepted']);
    await decide({ status: 'fired', runId: await storeRun(api, ada) });
    expect((await deliver(api, hook, order, waiting(1, 'msg_2'))).status).toBe(202);
  });

  test('the decision over another event of the policy is not taken for it', async () => {
    await deliver(api, hook, { first: true });
    await decide({ status: 'skipped', reason: 'cooldown' });
    expect((await deliver(api, hook, order, waiting(1))).status).toBe(202);
  });

  test.each(['0', '61', 'x'])('wait=%s is refused, and nothing is taken', async (seconds) => {
    const { status } = await deliver(api, hook, order, { headers: { prefer: `wait=${seconds}` } });
    expect([status, await eventsOf(api, hook)]).toEqual([422, []]);
  });
});

describe('the test address', () => {
  const to = '/test';

  test('tells what would happen; nothing does, and the key is not used up', async () => {
    const { status, body } = await deliver(api, hook, order, { to, id: 'msg_3' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      wouldFire: true,
      reason: null,
      run: { workflowId: flow, version: 1 },
    });
    expect(await eventsOf(api, hook)).toEqual([]);
    expect((await deliver(api, hook, { other: true }, { id: 'msg_3' })).status).toBe(202);
  });

  test('checks like the real address', async () => {
    const secrets = [freshSecret().secret];
    expect((await deliver(api, hook, order, { to, secrets })).body.code).toBe('signature_invalid');
    expect((await deliver(api, hook, order, { to, away: -400 })).body.code).toBe('signature_stale');
    expect((await deliver(api, hook, '{', { to })).body.code).toBe('malformed_body');
    hook = await newHook(api, ada, flow, { bodySchema: { type: 'string' } });
    expect((await deliver(api, hook, order, { to })).body.code).toBe('invalid_request');
  });

  test('tells of a disabled policy that it is', async () => {
    hook = await newHook(api, ada, flow, { enabled: false });
    const { body } = await deliver<object>(api, hook, order, { to });
    expect(body).toMatchObject({ wouldFire: false, reason: 'disabled' });
  });
});

describe('the list of deliveries', () => {
  test('has the accepted, the repeated, the refused and the tried ones, newest first', async () => {
    const { body } = await deliver(api, hook, order, { id: 'msg_4' });
    await deliver(api, hook, order, { id: 'msg_4' });
    await deliver(api, hook, { other: true }, { id: 'msg_4' });
    await deliver(api, hook, '{"order":', { id: 'msg_5' });
    await deliver(api, hook, order, { to: '/test', id: 'msg_6' });
    const accepted = { key: 'msg_4', eventId: body.eventId, body: JSON.stringify(order), status: 202 };
    expect(await deliveriesOf(ada, hook)).toMatchObject([
      { outcome: 'accepted', test: true, key: 'msg_6', eventId: null, explained: { wouldFire: true } },
      { outcome: 'malformed_body', status: 400, body: '{"order":', bodyBytes: 9 },
      { outcome: 'idempotency_key_reused', status: 409, eventId: null },
      { outcome: 'duplicate', ...accepted },
      { outcome: 'accepted', test: false, detail: null, explained: null, ...accepted },
    ]);
  });

  test('says in words what is wrong with each field', async () => {
    hook = await newHook(api, ada, flow, { bodySchema: { type: 'object', required: ['order', 'state'] } });
    await deliver(api, hook, {});
    const [refused] = await deliveriesOf(ada, hook);
    expect(refused).toMatchObject({
      outcome: 'invalid_request',
      detail: 'body: "order" is missing.\nbody: "state" is missing.',
    });
  });

  test('keeps nothing that an unsigned request said', async () => {
    await deliver(api, hook, order, { id: 'forged', secrets: [freshSecret().secret] });
    expect(await deliveriesOf(ada, hook)).toMatchObject([
      { outcome: 'signature_invalid', status: 401, key: null, body: '', bodyBytes: 29 },
    ]);
  });

  test('keeps the beginning of a body, as text that can be stored', async () => {
    await deliver(api, hook, `"${'x'.repeat(1998)}😀"`);
    await deliver(api, hook, '"\0"');
    const [unusable, long] = await deliveriesOf(ada, hook);
    expect(unusable).toMatchObject({ outcome: 'malformed_body', body: '"\uFFFD"' });
    expect(long).toMatchObject({ outcome: 'accepted', body: `"${'x'.repeat(1998)}\uFFFD` });
  });

  test('leaves out what was over the limit', async () => {
    const strict = await startTestApi({ env: { HOOK_REQUESTS_PER_MINUTE: '1' } });
    await deliver(strict, hook, 1);
    expect((await deliver(strict, hook, 2)).status).toBe(429);
    expect(await deliveriesOf(ada, hook)).toHaveLength(1);
  });

  test('keeps the newest 100, also when they come at once, and hands them out in pages', async () => {
    const send = (count: number) =>
      Promise.all(Array.from({ length: count }, (_, index) => deliver(api, hook, index)));
    await send(110);
    await deliver(api, hook, 'last');
    const stored = await api.database.hookDelivery.count({ where: { policyId: hook.policy.id } });
    expect(stored).toBe(100);
    const path = `/triggers/${hook.policy.id}/deliveries?limit=60`;
    interface Page {
      items: { id: string; body: string }[];
      nextCursor: string;
    }
    const first = await ada.must<Page>('GET', path);
    const second = await ada.must<Page>('GET', `${path}&cursor=${first.nextCursor}`);
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([60, 40, null]);
    expect(first.items[0]?.body).toBe('last');
    expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(100);
  });

  test('is for those who may change the policy; of a room’s policy, for its owner too', async () => {
    const path = `/triggers/${hook.policy.id}/deliveries`;
    const stranger = await newPerson(api.url, 'Stranger');
    const sam = await colleague(api, ada, 'Sam', 'student');
    expect(await refusal(stranger, 'GET', path)).toEqual([404, 'trigger_not_found']);
    expect(await refusal(sam, 'GET', path)).toEqual([403, 'forbidden']);
    const mia = await colleague(api, ada, 'Mia', 'member');
    expect((await mia.call('GET', path)).status).toBe(200);
    const headers = { 'x-workspace-id': ada.workspaceId };
    const { body: room } = await sam.call<{ id: string }>('POST', '/rooms', { name: 'Quiet' }, headers);
    const inRoom = await newHook(api, ada, flow, { roomId: room.id });
    const ofRoom = `/triggers/${inRoom.policy.id}/deliveries`;
    expect((await sam.call('GET', ofRoom)).status).toBe(200);
    expect(await refusal(mia, 'GET', ofRoom)).toEqual([404, 'trigger_not_found']);
  });
});
