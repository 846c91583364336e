import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { bundleWorkflows } from '../../../infra/temporal/bundle-workflows';
import { createTemporalClient } from '../../../infra/temporal/client';
import { roomMessages, type Submission } from '../../../workflows/contracts/room';
import type { TriggerEvent } from '../../../workflows/contracts/triggers/events';
import { hostMessages, type HostProgress } from '../../../workflows/contracts/triggers/host';
import { eventually } from '../../support/eventually';
import type { History } from '../../replay/kept-history';
import { policyWith } from '../../unit/triggers/policies';
import { TriggerRecord } from './trigger-record';

const address = process.env.TEMPORAL_ADDRESS ?? '';
const client = createTemporalClient({ address, namespace: 'default' });
let connection: NativeConnection;
let bundle: WorkflowBundle;
const stops: (() => Promise<void>)[] = [];

jest.setTimeout(180_000);

beforeAll(async () => {
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ logger, shutdownSignals: [] });
  connection = await NativeConnection.connect({ address });
  bundle = await bundleWorkflows(path.resolve('workflows'), logger);
});

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

afterAll(async () => {
  await connection.close();
  await client.connection.close();
});

/** Workers of a queue of their own. What their workflows decided is replayed at the end: it must come out the same. */
async function newHost(workflowType: string, input: object) {
  const record = new TriggerRecord();
  const taskQueue = `triggers-${randomUUID()}`;
  const startWorker = async () => {
    const worker = await Worker.create({
      ...{ connection, taskQueue, workflowBundle: bundle, activities: record.activities },
      ...{ shutdownGraceTime: '1s', stickyQueueScheduleToStartTimeout: '1s' },
    });
    const running = worker.run();
    return async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
    };
  };
  const stopWorker = await startWorker();
  stops.push(stopWorker);
  const start = async () => {
    const handle = await client.workflow.start(workflowType, {
      ...{ taskQueue, workflowId: `${workflowType}-${randomUUID()}`, args: [input] },
    });
    stops.push(async () => {
      await handle.terminate().catch(() => undefined);
      const events = decidedPart(await handle.fetchHistory());
      if (events.length > 0) await Worker.runReplayHistory({ workflowBundle: bundle }, { events });
    });
    return handle;
  };
  return { record, start, stopWorker, startWorker };
}

/**
 * A history up to its last completed task. A replay would go on to decide over what came later, such as signals before the
 * end, and has no activities for that.
 */
function decidedPart({ events }: History): NonNullable<History['events']> {
  const all = events ?? [];
  const last = all.findLastIndex((each) => each.workflowTaskCompletedEventAttributes);
  if (last === -1) return [];
  const id = String(all[last]?.eventId);
  const isOfLast = (each: object): boolean =>
    Object.values(each).some(
      (value: { workflowTaskCompletedEventId?: unknown } | null) =>
        String(value?.workflowTaskCompletedEventId) === id,
    );
  return all.filter((each, at) => at <= last || isOfLast(each));
}

const roomId = randomUUID();
const workspaceId = randomUUID();
const newRoomHost = () => newHost('roomWorkflow', { roomId, workspaceId });
const newWorkspaceHost = () => newHost('triggersWorkflow', { workspaceId });

const submission = (text: string): Submission => ({
  ...{ messageId: randomUUID(), turnId: randomUUID(), text, mentions: [], replyTo: null, memberId: null },
  ...{ author: { kind: 'user', id: 'u', name: 'Ann' }, role: 'student', at: Date.now() },
});

async function say(room: WorkflowHandle, ...texts: string[]): Promise<string[]> {
  const submissions = texts.map(submission);
  await room.signal<[Submission[]]>(roomMessages.submit, submissions);
  return submissions.map(({ messageId }) => messageId);
}

const event = (more: Partial<TriggerEvent> = {}): TriggerEvent => ({
  ...{
    id: randomUUID(),
    type: 'run_failed',
    at: Date.now(),
    depth: 0,
    sessionId: null,
    data: { runId: 'r' },
  },
  ...more,
});

const tell = (host: WorkflowHandle, ...events: TriggerEvent[]): Promise<void> =>
  host.signal<[TriggerEvent[]]>(hostMessages.events, events);

/** Waits for the end of the workflow task under way: queries are answered after it. */
const endOfTask = (host: WorkflowHandle) => host.query<HostProgress>(hostMessages.progress);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('bursts of messages fire once each, start no turns, and are exact when the worker is away within a window', async () => {
  const { record, start, stopWorker, startWorker } = await newRoomHost();
  // Longer than a busy machine stands still, so that what is sent at once is one burst.
  const seconds = 6;
  const policy = policyWith({ debounce: { mode: 'trailing', seconds }, input: { n: 'events.size()' } });
  record.setPolicies(policy);
  const room = await start();
  const sayAtOnce = (which: string) =>
    Promise.all(Array.from({ length: 20 }, (_, at) => say(room, `${which} ${at}`)));
  await sayAtOnce('first');
  await eventually('all are stored', () => record.messages.length === 20, 60);
  await endOfTask(room);
  await stopWorker();
  await pause(seconds * 1000 + 500);
  stops.push(await startWorker());
  await eventually('the first burst fires', () => record.fires.length === 1, 60);
  await eventually('its run is started', () => record.openedRuns.length === 1, 60);
  await sayAtOnce('second');
  await eventually('the second burst fires', () => record.fires.length === 2, 60);
  await eventually('both runs are started', () => record.openedRuns.length === 2, 60);
  expect(record.fires).toMatchObject([
    { policyId: policy.id, count: 20, input: { n: 20 } },
    { policyId: policy.id, count: 20, input: { n: 20 } },
  ]);
  expect(record.openedRuns).toEqual(record.fires.map(({ runId }) => runId));
  expect(record.messages).toHaveLength(40);
  expect(record.turns).toEqual([]);
}, 300_000);

test('a message that no policy takes runs the room’s workflow; one that the policies take does not', async () => {
  const { record, start } = await newRoomHost();
  record.setPolicies(policyWith({ conditions: { contains: ['help'] } }));
  const room = await start();
  const [, plain = '', , other = ''] = await say(room, 'help me', 'nothing', 'Help!', 'bye');
  await eventually('turns are started', () => record.turns.length === 2, 60);
  await eventually('the policy fires', () => record.fires.length === 2, 60);
  await eventually('skips are recorded', () => record.skips.conditions_not_met === 2, 60);
  expect([...record.turns].sort()).toEqual([plain, other].sort());
});

test('policies that change meanwhile decide over the next message, and open bursts of those that are gone are told', async () => {
  const { record, start } = await newRoomHost();
  const slow = policyWith({ debounce: { mode: 'trailing', seconds: 600 } });
  record.setPolicies(slow);
  const room = await start();
  await say(room, 'one', 'two');
  await eventually(
    'the burst is open',
    async () => {
      const { bursts } = await room.query<HostProgress>(hostMessages.progress);
      return bursts[0]?.count === 2;
    },
    60,
  );
  record.setPolicies();
  const [id = ''] = await say(room, 'three');
  await eventually('the fallback answers', () => record.turns.includes(id), 60);
  await eventually('the burst is told', () => record.skips.disabled === 2, 60);
  expect(record.fires).toEqual([]);
});

test('a firing that is refused for its limit does not start a run, and does not begin a cooldown', async () => {
  const { record, start } = await newRoomHost();
  const policy = policyWith({ cooldownSeconds: 600 });
  record.setPolicies(policy);
  record.full.add(policy.id);
  const room = await start();
  await say(room, 'one');
  await eventually('it is refused', () => record.fires.length === 1, 60);
  await endOfTask(room);
  record.full.clear();
  await say(room, 'two');
  await eventually('it fires', () => record.openedRuns.length === 1, 60);
  const fired = record.fires[1]?.runId;
  expect(record.openedRuns).toEqual([fired]);
  const [three = ''] = await say(room, 'three');
  await eventually('it rests', () => record.skips.cooldown === 1, 60);
  await eventually('the fallback answers', () => record.turns.includes(three), 60);
  expect(record.fires).toHaveLength(2);
});

test('a silence is decided when it is due, once, and again only after a person has written', async () => {
  const { record, start } = await newRoomHost();
  const policy = policyWith({ eventType: 'silence', thresholdMinutes: 1 });
  record.setPolicies(policy);
  const lastMessageAt = Date.now() - 57_000;
  record.activity = { lastSeq: 3, lastUserSeq: 2, lastMessageAt };
  const room = await start();
  const silence = () => event({ type: 'silence', sessionId: roomId, policyId: policy.id });
  await tell(room, silence());
  await eventually('the silence fires', () => record.fires.length === 1, 60);
  expect(Date.now()).toBeGreaterThanOrEqual(lastMessageAt + 60_000);
  expect(record.fires[0]).toMatchObject({ input: { minutes: 1, lastSeq: 3 } });
  record.activity = { lastSeq: 4, lastUserSeq: 2, lastMessageAt: Date.now() - 90_000 };
  const before = record.looks;
  await tell(room, silence());
  await eventually('it looks again', () => record.looks > before, 60);
  await endOfTask(room);
  expect(record.fires).toHaveLength(1);
  record.activity = { lastSeq: 5, lastUserSeq: 5, lastMessageAt: Date.now() - 80_000 };
  await tell(room, silence());
  await eventually('the next silence fires', () => record.fires.length === 2, 60);
  expect(record.fires[1]).toMatchObject({ input: { lastSeq: 5 } });
});

test('the workspace’s host decides over each event once, also after it has continued as new', async () => {
  const { record, start } = await newWorkspaceHost();
  record.setPolicies(
    policyWith({ eventType: 'run_failed' }),
    policyWith({ eventType: 'manual', debounce: { mode: 'trailing', seconds: 12 } }),
  );
  const host = await start();
  const latest = client.workflow.getHandle(host.workflowId);
  const manual = event({ type: 'manual' });
  await tell(host, manual);
  const failures = Array.from({ length: 100 }, () => event());
  for (const failure of failures) await tell(host, failure);
  await eventually('all are decided', () => record.fires.length >= 100, 120);
  await eventually(
    'it has continued as new',
    async () => {
      // Nobody waits for these: they make the history longer. A pause is the calm moment that it waits for.
      await Promise.all(Array.from({ length: 500 }, () => tell(latest, event({ type: 'approval_decided' }))));
      await pause(1500);
      const { runId } = await latest.describe();
      return runId !== host.firstExecutionRunId;
    },
    180,
  );
  const last = event();
  await tell(latest, ...failures.slice(-50), manual, last);
  for (const { id } of [manual, last])
    await eventually('both fire', () => record.fires.some(({ event: of }) => of.id === id), 60);
  expect(record.fires).toHaveLength(102);
  expect(new Set(record.fires.map(({ runId }) => runId)).size).toBe(102);
  await latest.terminate();
}, 480_000);

test('a host that never rests continues as new before the server refuses its signals', async () => {
  const { record, start } = await newWorkspaceHost();
  record.setPolicies(policyWith({ eventType: 'manual' }));
  const host = await start();
  const latest = client.workflow.getHandle(host.workflowId);
  // Near the limit they come slower, still without a rest: so a worker that stands still for seconds does not miss it.
  const control = { renewed: false, near: false };
  const flood = async (): Promise<void> => {
    for (let sent = 0; sent < 2500 && !control.renewed; sent += 1) {
      await tell(latest, event({ type: 'approval_decided' }));
      if (control.near) await pause(100);
    }
  };
  const floods = Promise.all(Array.from({ length: 8 }, flood));
  await eventually(
    'it has continued as new',
    async () => {
      const { runId, historyLength } = await latest.describe();
      control.near = historyLength > 6500;
      return runId !== host.firstExecutionRunId;
    },
    240,
  );
  control.renewed = true;
  await floods;
  const first = client.workflow.getHandle(host.workflowId, host.firstExecutionRunId);
  expect((await first.describe()).historyLength).toBeLessThan(10_000);
  const manual = event({ type: 'manual' });
  await tell(latest, manual);
  await eventually('it still decides', () => record.fires.some(({ event: of }) => of.id === manual.id), 60);
  await latest.terminate();
}, 480_000);

describe('a timer', () => {
  const newTimer = async (more: object = {}) => {
    const policy = policyWith({ eventType: 'timer' });
    const host = await newHost('timerWorkflow', { policyId: policy.id, workspaceId });
    host.record.timer = { policy, enabled: true, workspaceId, roomId: null, lastFiredAt: null, ...more };
    return host;
  };

  test('fires and waits for the end of its run', async () => {
    const { record, start } = await newTimer();
    const result = await (await start()).result();
    expect(record.fires).toMatchObject([{ input: { scheduledAt: expect.any(String) } }]);
    expect(result).toEqual({ outcome: 'fired', runId: record.fires[0]?.runId, status: 'completed' });
  });

  test('does not fire when its policy is disabled, rests or is gone, and says so', async () => {
    const disabled = await newTimer({ enabled: false });
    expect(await (await disabled.start()).result()).toEqual({ outcome: 'skipped', reason: 'disabled' });
    expect(disabled.record.skips).toEqual({ disabled: 1 });
    const policy = policyWith({ eventType: 'timer', cooldownSeconds: 60 });
    const resting = await newTimer({ policy, lastFiredAt: Date.now() });
    expect(await (await resting.start()).result()).toEqual({ outcome: 'skipped', reason: 'cooldown' });
    const gone = await newTimer();
    gone.record.timer = null;
    expect(await (await gone.start()).result()).toEqual({ outcome: 'gone' });
  });

  test('that is cancelled cancels its run', async () => {
    const { record, start } = await newTimer();
    let open = (): void => undefined;
    record.opening = new Promise((resolve) => (open = resolve));
    const timer = await start();
    stops.push(() => Promise.resolve().then(open));
    await eventually('the run opens', () => record.openedRuns.length === 1, 60);
    await timer.cancel();
    await eventually(
      'the run is told to end',
      async () => {
        const { events } = await timer.fetchHistory();
        return events?.some((each) => each.externalWorkflowExecutionCancelRequestedEventAttributes);
      },
      60,
    );
    open();
    await expect(timer.result()).rejects.toThrow(WorkflowFailedError);
    const { status } = await client.workflow.getHandle(`run:${record.openedRuns[0]}`).describe();
    expect(status.name).toBe('CANCELLED');
  });
});

test('a sweep looks as far ahead as the next one', async () => {
  const { record, start } = await newHost('silenceWorkflow', { policyId: 'p', workspaceId });
  const before = Date.now();
  expect(await (await start()).result()).toEqual({ rooms: 0 });
  expect(record.sweeps).toMatchObject([{ policyId: 'p' }]);
  expect(record.sweeps[0]?.until).toBeGreaterThanOrEqual(before + 59_000);
});
