import { randomUUID } from 'node:crypto';
import {
  batchOf,
  eventOf,
  fireOf,
  openTriggerFixture,
  type Place,
  type TriggerFixture,
} from './trigger-fixture';

let fixture: TriggerFixture;
let place: Place;

beforeAll(() => {
  fixture = openTriggerFixture();
});
beforeEach(async () => {
  place = await fixture.newPlace();
});
afterAll(() => fixture.close());

const newCourse = async (): Promise<string> => {
  const { workspaceId } = place;
  return (await fixture.database.course.create({ data: { workspaceId, name: 'Biology' } })).id;
};
const moveTo = (courseId: string) =>
  fixture.database.room.update({ where: { id: place.roomId }, data: { courseId } });
const bump = () =>
  fixture.database.workspace.update({
    where: { id: place.workspaceId },
    data: { triggersVersion: { increment: 1 } },
  });
const policiesOf = async (roomId: string | null) => {
  const { triggers } = await fixture.activities.readHost({
    workspaceId: place.workspaceId,
    roomId,
    version: -1,
  });
  return triggers?.policies.map(({ id }) => id);
};

test('a room has the enabled policies of its workspace, its course and itself, in the order they were made', async () => {
  const [own, other] = [await newCourse(), await newCourse()];
  await moveTo(own);
  const elsewhere = await fixture.newRoom(place.workspaceId);
  const createdAt = (ago: number) => new Date(Date.now() - ago * 1000);
  const silence = { courseId: own, eventType: 'silence', thresholdMinutes: 10 };
  const inScope = [
    await fixture.newPolicy(place, { createdAt: createdAt(400) }),
    await fixture.newPolicy(place, { ...silence, createdAt: createdAt(300) }),
    await fixture.newPolicy(place, { roomId: place.roomId, createdAt: createdAt(200) }),
    await fixture.newPolicy(place, { sessionId: place.roomId, createdAt: createdAt(100) }),
  ];
  await fixture.newPolicy(place, { courseId: other });
  await fixture.newPolicy(place, { roomId: elsewhere });
  await fixture.newPolicy(place, { enabled: false });
  await fixture.newPolicy(place, { eventType: 'timer' });
  await fixture.newPolicy(await fixture.newPlace());
  const ofSession = await fixture.newPolicy(place, { sessionId: 'nightly' });
  expect(await policiesOf(place.roomId)).toEqual(inScope);
  expect(await policiesOf(null)).toEqual([inScope[0], inScope[3], ofSession]);
});

test('policies are read only when they have changed', async () => {
  const { workspaceId, roomId } = place;
  const read = (version: number) => fixture.activities.readHost({ workspaceId, roomId, version });
  expect(await read(0)).toEqual({ activity: { lastSeq: 0, lastUserSeq: 0, lastMessageAt: null } });
  await bump();
  expect(await read(0)).toMatchObject({ triggers: { version: 1, policies: [] } });
  expect(await read(1)).not.toHaveProperty('triggers');
});

test('the activity is that of the record', async () => {
  const { workspaceId, roomId } = place;
  const lastMessageAt = new Date(Date.UTC(2026, 4, 1));
  await fixture.database.room.update({
    where: { id: roomId },
    data: { lastSeq: 9, lastUserSeq: 7, lastMessageAt },
  });
  expect((await fixture.activities.readHost({ workspaceId, roomId, version: 0 })).activity).toEqual({
    ...{ lastSeq: 9, lastUserSeq: 7 },
    lastMessageAt: lastMessageAt.getTime(),
  });
});

test('quiet hours come with the offsets of their time zone', async () => {
  const quietHours = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin', days: [1, 2] };
  await fixture.newPolicy(place, { quietHours });
  const { workspaceId, roomId } = place;
  const { triggers } = await fixture.activities.readHost({ workspaceId, roomId, version: -1 });
  const resolved = triggers?.policies[0]?.quietHours;
  expect(resolved).toMatchObject(quietHours);
  expect(resolved?.offsets[0]?.at).toBeLessThan(Date.now());
  expect(new Set(resolved?.offsets.map(({ minutes }) => minutes))).toEqual(new Set([60, 120]));
});

test('a room that was deleted, or is of another workspace, is gone', async () => {
  const gone = { type: 'room_gone', nonRetryable: true };
  const { roomId } = place;
  const other = await fixture.newWorkspace();
  const { activities } = fixture;
  await expect(activities.readHost({ workspaceId: other, roomId, version: 0 })).rejects.toMatchObject(gone);
  await fixture.database.room.update({ where: { id: roomId }, data: { deletedAt: new Date() } });
  await expect(activities.readHost({ ...place, version: 0 })).rejects.toMatchObject(gone);
  await expect(
    activities.readHost({ workspaceId: randomUUID(), roomId: null, version: 0 }),
  ).rejects.toMatchObject(gone);
});

test('a timer knows its scope and when it fired last; other policies are no timers', async () => {
  const policyId = await fixture.newPolicy(place, { eventType: 'timer', roomId: place.roomId });
  const { activities } = fixture;
  const { workspaceId, roomId } = place;
  expect(await activities.readTimer(policyId)).toMatchObject({
    workspaceId,
    roomId,
    enabled: true,
    lastFiredAt: null,
  });
  const event = eventOf(roomId, { type: 'timer', policyId, data: { scheduledAt: new Date().toISOString() } });
  await activities.recordDecisions(batchOf({ workspaceId, roomId: null }, fireOf(policyId, event)));
  const [firing] = await fixture.firingsOf(policyId);
  expect(firing).toMatchObject({ roomId, status: 'fired' });
  expect((await activities.readTimer(policyId))?.lastFiredAt).toBe(firing?.createdAt.getTime());
  const run = await fixture.database.run.findFirstOrThrow({ where: { triggerPolicyId: policyId } });
  expect(run).toMatchObject({ roomId, triggerMessageId: null, triggerDepth: 1 });
  expect(await activities.readTimer(await fixture.newPolicy(place))).toBeNull();
});
