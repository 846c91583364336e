import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, type Database } from '../../infra/database/client';
import { eventually } from '../support/eventually';
import { startOwnStack, type OwnStack } from '../support/own-stack';
import { newPerson, newRoom, type Person } from '../support/people';
import { startProcess, type ProductProcess } from '../support/processes';
import { callHook } from '../support/triggers/hook-request';

let stack: OwnStack;
let database: Database;
let alice: Person;
let workflowId: string;
/** Beside those of the stack, which are started again by it. */
let second: { api: ProductProcess; worker: ProductProcess };

beforeAll(async () => {
  stack = await startOwnStack({ HOOK_REQUESTS_PER_MINUTE: '1000000' });
  database = createDatabase(stack.env.DATABASE_URL ?? '', 4);
  second = { api: await startApi(), worker: await startProcess('worker', stack.env) };
  alice = await newPerson(stack.apiUrl, 'Alice');
  workflowId = await quickWorkflow();
}, 300_000);

afterAll(async () => {
  await Promise.all([second.api.stop(), second.worker.stop()]);
  await database.$disconnect();
  await stack.stop();
}, 120_000);

const startApi = (): Promise<ProductProcess> => startProcess('api', { ...stack.env, PORT: '0' });

async function quickWorkflow(): Promise<string> {
  const at = { x: 0, y: 0 };
  const { id } = await alice.must<{ id: string }>('POST', '/workflows', {
    name: 'Quick',
    graph: {
      schemaVersion: 1,
      nodes: [
        { id: 'start', type: 'trigger', position: at, data: {} },
        { id: 'count', type: 'transform', position: at, data: { output: { events: 'trigger.count' } } },
      ],
      edges: [{ id: 'e1', source: 'start', target: 'count' }],
    },
  });
  await alice.must('POST', `/workflows/${id}/publish`);
  return id;
}

interface PolicyBody {
  id: string;
  hook: { url: string } | null;
  secret?: string;
}

const newPolicy = (policy: object): Promise<PolicyBody> =>
  alice.must<PolicyBody>('POST', '/triggers', { name: 'Policy', workflowId, ...policy });

/** Kills one of the stack's once it runs: after a kill it takes a while to come up again. */
const kill = (name: string): Promise<boolean> =>
  eventually(
    `${name} can be killed`,
    () => {
      stack.kill(name);
      return true;
    },
    90,
  );

/** Base addresses of both API processes; the second one's changes when it is started again. */
const apis = (): string[] => [stack.apiUrl, String(second.api.hello.listening)];

/** Asks again, any of the API processes, until one takes it: as clients do that were not answered. */
async function insist(attempt: (api: string) => Promise<number>): Promise<void> {
  await eventually(
    'the API takes it',
    async () => {
      const status = await attempt(apis()[randomInt(2)] ?? '');
      return status >= 200 && status < 300;
    },
    180,
  );
}

const post = (roomId: string, text: string): Promise<void> => {
  const id = randomUUID();
  return insist(async (api) => {
    const response = await fetch(`${api}/api/v1/rooms/${roomId}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${alice.token}` },
      body: JSON.stringify({ id, text }),
    });
    await response.arrayBuffer();
    return response.status;
  });
};

/** Each is done once, some at a time. */
async function spread(jobs: (() => Promise<void>)[], width: number): Promise<void> {
  const left = [...jobs];
  const worker = async (): Promise<void> => {
    for (let job = left.shift(); job; job = left.shift()) await job();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** Runs of a policy, once as many as expected have completed and no further one comes. */
async function runsOf(policyId: string, count: number): Promise<{ id: string; output: unknown }[]> {
  const where = { triggerPolicyId: policyId };
  await eventually(
    `${String(count)} runs have completed`,
    async () => (await database.run.count({ where: { ...where, status: 'completed' } })) >= count,
    240,
  );
  return database.run.findMany({ where, select: { id: true, output: true } });
}

test('1,000 events through two API processes and two workers, killed in turns: each that fires, fires once', async () => {
  const { id: roomId } = await newRoom(alice, {});
  const scope = { roomId };
  const messages = await newPolicy({
    eventType: 'user_message',
    debounceSeconds: 0,
    conditions: { contains: ['fire'] },
    scope,
  });
  const hooks = await newPolicy({ eventType: 'webhook', conditions: { expression: 'event.body.fire' } });
  const path = new URL(hooks.hook?.url ?? '').pathname;
  const hook = (key: string, fire: boolean) => (): Promise<void> =>
    insist(async (api) => {
      const { status } = await callHook({ url: api + path, secret: hooks.secret ?? '' }, key, { fire });
      return status;
    });
  const jobs = Array.from({ length: 500 }, (_, index) => {
    const fire = index % 2 === 0;
    const key = randomUUID();
    // Every webhook arrives twice: the sender had no answer the first time.
    return [() => post(roomId, fire ? 'fire' : 'peace'), hook(key, fire), hook(key, fire)];
  }).flat();

  const state = { sent: false };
  const killing = (async () => {
    for (let turn = 0; !state.sent; turn += 1) {
      await sleep(randomInt(2000, 4000));
      if (turn % 4 === 0) await kill('worker');
      else if (turn % 4 === 1) await kill('api');
      else if (turn % 4 === 2) {
        await second.worker.kill();
        second.worker = await startProcess('worker', stack.env);
      } else {
        await second.api.kill();
        second.api = await startApi();
      }
    }
  })();
  await spread(jobs, 16).finally(() => (state.sent = true));
  await killing;

  for (const policy of [messages, hooks]) {
    const runs = await runsOf(policy.id, 250);
    expect(runs).toHaveLength(250);
    // What does not fire is recorded apart from what does.
    const ofPolicy = { policyId: policy.id };
    await eventually(
      'all skips are recorded',
      async () => {
        const skips = { ...ofPolicy, status: 'skipped' };
        const { _sum: sum } = await database.triggerFiring.aggregate({ where: skips, _sum: { count: true } });
        return (sum.count ?? 0) >= 250;
      },
      120,
    );
    const firings = await database.triggerFiring.findMany({ where: ofPolicy });
    const fired = firings.filter(({ status }) => status === 'fired');
    expect(new Set(fired.map(({ event }) => (event as { id: string }).id)).size).toBe(250);
    const skipped = firings.filter(({ status }) => status === 'skipped');
    expect(new Set(skipped.map(({ reason }) => reason))).toEqual(new Set(['conditions_not_met']));
    expect(skipped.reduce((sum, { count }) => sum + count, 0)).toBe(250);
  }
}, 900_000);

async function replaceWorkers(): Promise<void> {
  await kill('worker');
  await second.worker.kill();
  second.worker = await startProcess('worker', stack.env);
}

test('500 messages in bursts run the workflow once a burst, though the worker is killed within windows', async () => {
  const { id: roomId } = await newRoom(alice, {});
  // Longer than a busy machine stands still, so that the posts of a burst are one by the rule as well.
  const policy = await newPolicy({ eventType: 'user_message', debounceSeconds: 8, scope: { roomId } });
  for (let burst = 0; burst < 5; burst += 1) {
    const posts = Array.from({ length: 100 }, () => () => post(roomId, `burst ${String(burst)}`));
    await spread(posts.slice(0, 50), 5);
    const replaced = burst % 2 === 0 ? replaceWorkers() : undefined;
    await spread(posts.slice(50), 5);
    await replaced;
    await eventually(
      'the burst has fired',
      async () => (await database.triggerFiring.count({ where: { policyId: policy.id } })) > burst,
      120,
    );
  }
  const runs = await runsOf(policy.id, 5);
  expect(runs.map(({ output }) => output)).toEqual(Array(5).fill({ count: { events: 100 } }));
}, 900_000);
