import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { reconcileSchedules } from '../../../apps/worker/reconcile-schedules';
import { createTemporalClient } from '../../../infra/temporal/client';
import { createTriggerSchedules } from '../../../infra/temporal/temporal-trigger-schedules';
import {
  mostMatching,
  ScheduleRefusedError,
  type ScheduledPolicy,
} from '../../../infra/temporal/trigger-schedules';
import type { Prisma } from '../../../prisma/generated/client';
import { triggerScheduleId } from '../../../workflows/contracts/triggers/host';
import type { TimerSettings } from '../../../workflows/contracts/triggers/timer';
import { eventually } from '../../support/eventually';
import { openRunFixture, type RunFixture } from '../runs/run-fixture';

const client = createTemporalClient({ address: process.env.TEMPORAL_ADDRESS ?? '', namespace: 'default' });
const schedules = createTriggerSchedules(client);
const made = new Set<string>();
let fixture: RunFixture;

beforeAll(() => {
  fixture = openRunFixture();
});

afterAll(async () => {
  // First: workers of later files would make the Schedules again.
  await fixture.database.triggerPolicy.deleteMany({ where: { id: { in: [...made] } } });
  await eventually('the Schedules are removed', async () => {
    await Promise.all([...made].map((id) => schedules.remove(id)));
    return true;
  });
  await client.connection.close();
  await fixture.close();
});

const timer = (settings: Partial<TimerSettings>): TimerSettings => ({
  ...{ intervalMinutes: null, cron: null, timeZone: null, jitterSeconds: 0, startAt: null, endAt: null },
  ...{ catchupSeconds: 3600, overlap: 'skip' },
  ...settings,
});

function policy(
  settings: Partial<TimerSettings>,
  more: Partial<ScheduledPolicy> = {},
): ScheduledPolicy & { timer: TimerSettings } {
  const id = uuidv7();
  made.add(id);
  return {
    ...{ id, workspaceId: randomUUID(), name: 'Digest', eventType: 'timer', roomId: null },
    ...{ workflowId: randomUUID(), enabled: true, revision: 1, createdAt: new Date() },
    ...more,
    timer: timer(settings),
  };
}

/** What `describe` says, once it is answered within the short time that a page waits. */
async function described(id: string) {
  const { answer } = await eventually('an answer', async () => ({ answer: await schedules.describe(id) }));
  return answer;
}

const handleOf = ({ id }: { id: string }) => client.schedule.getHandle(triggerScheduleId(id));
const iso = (times: readonly Date[] | null | undefined) => times?.map((time) => time.toISOString());
/** The workflows that a Schedule has started, as operators find them. */
async function startedBy(query: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) found.push(workflowId);
  return found;
}

test('an interval is counted from the creation, and an edit changes the same Schedule', async () => {
  const createdAt = new Date(Date.now() - 130_000);
  const first = policy({ intervalMinutes: 5 }, { createdAt });
  expect(await schedules.sync(first)).toBe('created');
  expect(await schedules.sync(first)).toBe('unchanged');
  const from = Math.floor(createdAt.getTime() / 1000) * 1000;
  expect(iso((await described(first.id))?.nextAt.slice(0, 2))).toEqual(
    iso([new Date(from + 300_000), new Date(from + 600_000)]),
  );
  const edited = { ...first, revision: 2, timer: timer({ intervalMinutes: 60 }) };
  expect(await schedules.sync(edited)).toBe('updated');
  expect(iso((await described(first.id))?.nextAt.slice(0, 1))).toEqual(iso([new Date(from + 3_600_000)]));
  // What is late does not undo what came after.
  expect(await schedules.sync(first)).toBe('unchanged');
  expect((await described(first.id))?.revision).toBe(2);
});

test('an interval with a start begins there, and nothing is due after the end', async () => {
  const begun = policy({
    ...{ intervalMinutes: 30, startAt: '2030-01-01T10:10:00.000Z', endAt: '2030-01-01T11:10:00.000Z' },
  });
  await schedules.sync(begun);
  expect(iso((await described(begun.id))?.nextAt)).toEqual([
    '2030-01-01T10:10:00.000Z',
    '2030-01-01T10:40:00.000Z',
    '2030-01-01T11:10:00.000Z',
  ]);
});

test('pausing, resuming and removing', async () => {
  const running = policy({ intervalMinutes: 5 });
  await schedules.sync(running);
  expect(await schedules.sync({ ...running, enabled: false, revision: 2 })).toBe('updated');
  expect(await described(running.id)).toMatchObject({ paused: true, revision: 2 });
  expect(await schedules.sync({ ...running, revision: 3 })).toBe('updated');
  expect(await described(running.id)).toMatchObject({ paused: false, revision: 3 });
  await schedules.remove(running.id);
  await schedules.remove(running.id);
  expect(await described(running.id)).toBeNull();
  expect(await schedules.trigger(running.id)).toBe(false);
});

test('it acts when told to, and operators find what it started by trigger and policy', async () => {
  const fired = policy({ cron: '0 0 1 1 *', timeZone: 'UTC' });
  await schedules.sync(fired);
  expect(await schedules.trigger(fired.id)).toBe(true);
  const initiator = `Initiator = "trigger:${fired.id}"`;
  const [workflowId = ''] = await eventually('the workflow is listed', async () => {
    const found = await startedBy(`TriggerType = "timer" AND ${initiator}`);
    return found.length > 0 && found;
  });
  expect(workflowId).toContain(triggerScheduleId(fired.id));
  expect(await startedBy(`TriggerType = "silence" AND ${initiator}`)).toEqual([]);
  expect(
    await startedBy(`WorkspaceId = "${fired.workspaceId}" AND DefinitionId = "${fired.workflowId}"`),
  ).toEqual([workflowId]);
  const listed = await eventually('the Schedule is listed', async () => {
    for await (const { scheduleId } of client.schedule.list({ query: initiator })) return scheduleId;
    return false;
  });
  expect(listed).toBe(triggerScheduleId(fired.id));
  await eventually('it knows when it acted', async () => (await described(fired.id))?.lastAt);
});

test('nine o’clock in Berlin stays nine o’clock when the clocks change', async () => {
  const weekdays = policy({ cron: '0 9 * * 1-5', timeZone: 'Europe/Berlin' });
  await schedules.sync(weekdays);
  const times = async (from: string, to: string) =>
    iso(await schedules.matching(weekdays.id, new Date(from), new Date(to)));
  // On Sunday, 2026-10-25, summer time ends; on Sunday, 2027-03-28, it begins.
  expect(await times('2026-10-23T00:00:00Z', '2026-10-28T00:00:00Z')).toEqual([
    '2026-10-23T07:00:00.000Z',
    '2026-10-26T08:00:00.000Z',
    '2026-10-27T08:00:00.000Z',
  ]);
  expect(await times('2027-03-25T00:00:00Z', '2027-03-31T00:00:00Z')).toEqual([
    '2027-03-25T08:00:00.000Z',
    '2027-03-26T08:00:00.000Z',
    '2027-03-29T07:00:00.000Z',
    '2027-03-30T07:00:00.000Z',
  ]);
});

test('a time that the change of clocks leaves out is left out; one that comes twice counts once', async () => {
  const [early, late] = [
    policy({ cron: '30 2 * * *', timeZone: 'Europe/Berlin' }),
    policy({ cron: '30 2 25 10 *', timeZone: 'Europe/Berlin' }),
  ];
  await Promise.all([early, late].map((each) => schedules.sync(each)));
  const around = (each: ScheduledPolicy, from: string, to: string) =>
    schedules.matching(each.id, new Date(from), new Date(to)).then(iso);
  expect(await around(early, '2027-03-27T00:00:00Z', '2027-03-30T00:00:00Z')).toEqual([
    '2027-03-27T01:30:00.000Z',
    '2027-03-29T00:30:00.000Z',
  ]);
  expect(await around(late, '2026-10-25T00:00:00Z', '2026-10-26T00:00:00Z')).toEqual([
    '2026-10-25T01:30:00.000Z',
  ]);
});

test('at most so many times are told at once', async () => {
  const minutes = policy({ intervalMinutes: 1 });
  await schedules.sync(minutes);
  const day = [new Date('2026-03-02T00:00:00Z'), new Date('2026-03-03T00:00:00Z')] as const;
  expect(await schedules.matching(minutes.id, ...day)).toHaveLength(mostMatching);
});

test('times that Temporal does not know are refused', async () => {
  const nowhere = policy({ cron: '0 9 * * *', timeZone: 'Europe/Nowhere' });
  await expect(schedules.sync(nowhere)).rejects.toThrow(ScheduleRefusedError);
  const good = policy({ intervalMinutes: 5 });
  await schedules.sync(good);
  const worse = { ...good, revision: 2, timer: nowhere.timer };
  await expect(schedules.sync(worse)).rejects.toThrow(ScheduleRefusedError);
});

test('a backfill acts for each time after its beginning', async () => {
  const hourly = policy({ cron: '0 * * * *', timeZone: 'UTC', overlap: 'allow_all' });
  await schedules.sync({ ...hourly, enabled: false });
  const [from, to] = [new Date('2026-03-02T00:00:00Z'), new Date('2026-03-02T02:00:00Z')];
  expect(await schedules.backfill(hourly.id, new Date(from.getTime() - 1), to)).toBe(true);
  const initiator = `Initiator = "trigger:${hourly.id}"`;
  // They run one after the other, as far as somebody serves the queue.
  const times = await eventually('the first one runs', async () => {
    const found = (await startedBy(initiator)).map((id) => id.slice(-'2026-03-02T00:00:00Z'.length)).sort();
    return found[0] === '2026-03-02T00:00:00Z' && found;
  });
  expect(times).toEqual(
    ['2026-03-02T00:00:00Z', '2026-03-02T01:00:00Z', '2026-03-02T02:00:00Z'].slice(0, times.length),
  );
});

/** A stored policy whose last change is old enough to be looked at. */
async function stored(settings: Partial<Prisma.TriggerPolicyUncheckedCreateInput> = {}) {
  const { database } = fixture;
  const workspaceId = await fixture.newWorkspace();
  const workflowId = await fixture.newWorkflow(workspaceId);
  const row = await database.triggerPolicy.create({
    data: {
      ...{ workspaceId, workflowId, name: 'Digest', eventType: 'timer' },
      timer: { ...timer({ intervalMinutes: 60 }) },
      updatedAt: new Date(Date.now() - 60_000),
      ...settings,
    },
  });
  made.add(row.id);
  return row;
}

const reconcile = () => reconcileSchedules({ database: fixture.database, schedules, logger: fixture.logger });
const repairsOf = async (targetId: string) => {
  const rows = await fixture.database.auditEvent.findMany({
    where: { targetId, action: 'trigger_schedule_repaired' },
    orderBy: { id: 'asc' },
  });
  return rows.map(({ data }) => (data as { repair: string }).repair);
};

test('missing, stale and unwanted Schedules are repaired, once, by several workers at once', async () => {
  const missing = await stored();
  const silent = await stored({ eventType: 'silence', thresholdMinutes: 10 });
  const paused = await stored({ enabled: false });
  await eventually('they are made', async () => {
    await Promise.all([reconcile(), reconcile(), reconcile()]);
    const repairs = await Promise.all([missing, silent, paused].map(({ id }) => repairsOf(id)));
    return repairs.every(({ length }) => length > 0);
  });
  expect(await described(missing.id)).toMatchObject({ revision: 1, paused: false });
  expect(await described(silent.id)).toMatchObject({ revision: 1, paused: false });
  expect(await described(paused.id)).toMatchObject({ revision: 1, paused: true });
  for (const { id } of [missing, silent, paused]) expect(await repairsOf(id)).toEqual(['created']);

  // Somebody resumes it in the Temporal UI; another is changed while Temporal is away; a third is deleted then.
  await handleOf(paused).unpause('resumed by hand');
  const changedAt = new Date(Date.now() - 60_000);
  await fixture.database.triggerPolicy.update({
    where: { id: missing.id },
    data: { revision: 2, timer: { ...timer({ intervalMinutes: 15 }) }, updatedAt: changedAt },
  });
  await fixture.database.triggerPolicy.delete({ where: { id: silent.id } });
  await eventually(
    'everything is repaired',
    async () => {
      await reconcile();
      const repairs = await Promise.all([paused, missing, silent].map(({ id }) => repairsOf(id)));
      return repairs.every(({ length }) => length === 2);
    },
    90,
  );
  expect(await described(paused.id)).toMatchObject({ revision: 1, paused: true });
  expect(await described(missing.id)).toMatchObject({ revision: 2 });
  expect(await described(silent.id)).toBeNull();
  await reconcile();
  expect(await Promise.all([paused, missing, silent].map(({ id }) => repairsOf(id)))).toEqual([
    ['created', 'updated'],
    ['created', 'updated'],
    ['created', 'deleted'],
  ]);
}, 180_000);

test('what was due while there was no Schedule is made up for, but no further back than wanted', async () => {
  const now = Date.now();
  const hour = 3_600_000;
  const due = {
    timer: { ...timer({ intervalMinutes: 60, catchupSeconds: 3600 }) },
    createdAt: new Date(now - 4 * hour - 600_000),
    updatedAt: new Date(now - 4 * hour - 600_000),
  };
  const missed = await stored(due);
  const decided = await stored(due);
  await fixture.database.triggerFiring.create({
    data: {
      ...{ id: randomUUID(), policyId: decided.id, workspaceId: decided.workspaceId, status: 'fired' },
      ...{ event: {}, createdAt: new Date(now - 60_000) },
    },
  });
  await eventually('both are made', async () => {
    await reconcile();
    return (await described(missed.id)) && (await described(decided.id));
  });
  const [first = ''] = await eventually('the first one runs', async () => {
    const found = await startedBy(`Initiator = "trigger:${missed.id}"`);
    return found.length > 0 && found;
  });
  const last = new Date(Math.floor((now - hour / 6) / 1000) * 1000);
  expect(first).toBe(`${triggerScheduleId(missed.id)}-${last.toISOString().replace('.000', '')}`);
  const acted = async () => (await handleOf(missed).describe()).info.numActionsTaken;
  await eventually('it is counted', acted);
  expect(await acted()).toBe(1);
  expect((await handleOf(decided).describe()).info.numActionsTaken).toBe(0);
});

test('a change that is on its way to Temporal, and a timer that has ended, are left alone', async () => {
  const over = await stored({ timer: { ...timer({ intervalMinutes: 5, endAt: '2026-01-01T00:00:00Z' }) } });
  const young = await eventually('a look at a change while it is young', async () => {
    const changed = await stored({ updatedAt: new Date() });
    await reconcile();
    return Date.now() - changed.updatedAt.getTime() < 5000 && changed;
  });
  expect(await described(young.id)).toBeNull();
  expect(await described(over.id)).toBeNull();
});
