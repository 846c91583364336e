import { sweepSilences } from '../../../activities/triggers/sweep-silences';
import { startActivityWorker } from '../runs/activity-worker';
import { openTriggerFixture, type Place, type TriggerFixture } from './trigger-fixture';

let fixture: TriggerFixture;
let place: Place;

beforeAll(() => {
  fixture = openTriggerFixture();
});
beforeEach(async () => {
  place = await fixture.newPlace();
});
afterAll(() => fixture.close());

const minute = 60_000;
/** The policies of these tests were made long before what they look at. */
const now = Date.now();
const createdAt = new Date(now - 48 * 60 * minute);

const newSilence = (more: object = {}) =>
  fixture.newPolicy(place, { eventType: 'silence', thresholdMinutes: 10, createdAt, ...more });

async function newRoom(lastMessageAt: number | null, more: object = {}): Promise<string> {
  const at = lastMessageAt === null ? null : new Date(lastMessageAt);
  const room = {
    workspaceId: place.workspaceId,
    name: 'R',
    lastSeq: 5,
    lastUserSeq: 4,
    lastMessageAt: at,
    ...more,
  };
  const { id } = await fixture.database.room.create({ data: room });
  return id;
}

const sweep = (policyId: string, until: number) => sweepSilences(fixture, { policyId, until });
const timesTold = (roomId: string) =>
  fixture.sentTo({ roomId }).then(
    (events) => events.length,
    () => 0,
  );
const sweptUntil = async (id: string) =>
  (await fixture.database.triggerPolicy.findUniqueOrThrow({ where: { id } })).sweptUntil?.getTime();

test('rooms are told in whose window a silence is due: after its beginning, and at its end', async () => {
  const policyId = await newSilence({ sweptUntil: new Date(now - minute) });
  const due = (at: number) => newRoom(at - 10 * minute);
  const inside = [await due(now - minute + 1), await due(now - 1), await due(now)];
  const outside = [await due(now + 1), await due(now - 2 * minute), await newRoom(null)];
  expect(await sweep(policyId, now)).toEqual({ rooms: 3 });
  expect(await Promise.all(inside.map(timesTold))).toEqual([1, 1, 1]);
  expect(await Promise.all(outside.map(timesTold))).toEqual([0, 0, 0]);
  expect(await sweptUntil(policyId)).toBe(now);
  const [told] = await fixture.sentTo({ roomId: inside[2] ?? '' });
  expect(told).toMatchObject({
    ...{ type: 'silence', policyId, sessionId: inside[2], depth: 0, at: now },
    data: { minutes: 10, lastSeq: 5, since: new Date(now - 10 * minute).toISOString() },
  });
});

test('windows follow each other without gaps, and a sweep that is repeated sends the same events', async () => {
  const policyId = await newSilence({ sweptUntil: new Date(now - 5 * minute) });
  const rooms = await Promise.all(
    Array.from({ length: 10 }, (_, index) => newRoom(now - 15 * minute + (index + 1) * (minute / 2))),
  );
  for (let at = now - 4 * minute; at <= now; at += minute) {
    await sweep(policyId, at);
    await sweep(policyId, at);
  }
  for (const roomId of rooms) {
    const ids = (await fixture.sentTo({ roomId })).map(({ id }) => id);
    expect([ids.length > 0, new Set(ids).size]).toEqual([true, 1]);
  }
});

test('after an hour without sweeps every silence of it is told', async () => {
  const policyId = await newSilence({ sweptUntil: new Date(now - 60 * minute) });
  const rooms = await Promise.all([59, 30, 1].map((ago) => newRoom(now - (10 + ago) * minute)));
  expect(await sweep(policyId, now)).toEqual({ rooms: 3 });
  expect(await sweep(policyId, now + minute)).toEqual({ rooms: 0 });
  expect(await Promise.all(rooms.map(timesTold))).toEqual([1, 1, 1]);
});

test('the first sweep looks back to when the policy was made', async () => {
  const policyId = await newSilence({ createdAt: new Date(now - 5 * minute) });
  const [before, after] = [await newRoom(now - 16 * minute), await newRoom(now - 14 * minute)];
  await sweep(policyId, now);
  expect(await Promise.all([before, after].map(timesTold))).toEqual([0, 1]);
});

test('only rooms in scope, and none that were deleted', async () => {
  const { workspaceId } = place;
  const { id: courseId } = await fixture.database.course.create({ data: { workspaceId, name: 'C' } });
  const at = now - 10 * minute - 1;
  const [plain, inCourse] = [await newRoom(at), await newRoom(at, { courseId })];
  await newRoom(at, { deletedAt: new Date() });
  const swept = { sweptUntil: new Date(now - minute) };
  const count = async (scope: object) => (await sweep(await newSilence({ ...swept, ...scope }), now)).rooms;
  expect(await count({})).toBe(2);
  expect(await count({ roomId: plain })).toBe(1);
  expect(await count({ courseId })).toBe(1);
  expect(await count({ sessionId: inCourse })).toBe(1);
  expect(await count({ enabled: false })).toBe(0);
});

test('more rooms than a page holds are all told, as an activity too', async () => {
  const policyId = await newSilence({ sweptUntil: new Date(now - minute) });
  await fixture.database.room.createMany({
    data: Array.from({ length: 501 }, () => ({
      ...{ workspaceId: place.workspaceId, name: 'R', lastSeq: 1, lastUserSeq: 1 },
      lastMessageAt: new Date(now - 10 * minute),
    })),
  });
  const worker = await startActivityWorker(fixture.activities);
  expect(await worker.call('sweepSilences', { policyId, until: now })).toEqual({ rooms: 501 });
  await worker.stop();
});
