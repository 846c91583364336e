import { builtInTools } from '../../../activities/tools';
import { eventually } from '../../support/eventually';
import { newPerson, newRoom, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { openTriggerFixture, type TriggerFixture } from './trigger-fixture';

let api: TestApi;
let fixture: TriggerFixture;
let ada: Person;
let ben: Person;
let roomId: string;
let workspaceId: string;

beforeAll(async () => {
  [api, fixture] = [await startTestApi(), openTriggerFixture()];
  [ada, ben] = [await newPerson(api.url, 'Ada'), await newPerson(api.url, 'Ben')];
});
beforeEach(async () => {
  roomId = (await newRoom(ada)).id;
  ({ workspaceId } = await fixture.database.room.findUniqueOrThrow({ where: { id: roomId } }));
  await fixture.database.triggerPolicy.deleteMany({ where: { workspaceId } });
});
afterAll(() => fixture.close());

const waitFor = async (eventType: string) =>
  fixture.newPolicy(
    { workspaceId, roomId, workflowId: await fixture.newWorkflow(workspaceId) },
    { eventType },
  );
const storedEvents = () =>
  fixture.database.triggerEvent.findMany({ where: { roomId }, orderBy: { id: 'asc' } });

test('writing an artifact is told, with who wrote it', async () => {
  await ada.must('POST', `/rooms/${roomId}/artifacts`, { title: 'Before', content: 'x' });
  await waitFor('artifact_changed');
  const { id } = await ada.must<{ id: string }>('POST', `/rooms/${roomId}/artifacts`, {
    title: 'Report',
    content: 'x',
  });
  await ada.call('PUT', `/rooms/${roomId}/artifacts/${id}`, { content: 'y' }, { 'if-match': '*' });
  const stale = await ada.call(
    'PUT',
    `/rooms/${roomId}/artifacts/${id}`,
    { content: 'z' },
    { 'if-match': '"1"' },
  );
  expect(stale.status).toBe(412);
  const author = { kind: 'user', id: ada.id, name: 'Ada' };
  const events = await eventually('they are sent', async () => {
    const found = await fixture.sentTo({ roomId });
    return found.length === 2 && found;
  });
  expect(events).toMatchObject([
    {
      type: 'artifact_changed',
      depth: 0,
      sessionId: roomId,
      data: { artifactId: id, version: 1, title: 'Report', author },
    },
    { type: 'artifact_changed', data: { artifactId: id, version: 2, author } },
  ]);
});

test('who joins a room is told; its owner is there from the beginning', async () => {
  await waitFor('member_joined');
  const other = await newRoom(ada);
  const added = await ada.must<{ id: string }>('POST', `/rooms/${roomId}/members`, { email: ben.email });
  expect(await storedEvents()).toMatchObject([
    { type: 'member_joined', data: { member: { id: added.id, kind: 'user', userId: ben.id, name: 'Ben' } } },
  ]);
  expect(await fixture.database.triggerEvent.count({ where: { roomId: other.id } })).toBe(0);
  const again = await ada.call('POST', `/rooms/${roomId}/members`, { email: ben.email });
  expect(again.status).toBe(409);
  expect(await storedEvents()).toHaveLength(1);
});

test('a note that a run writes is told once, as what its firings led to', async () => {
  await waitFor('artifact_changed');
  const { runId } = await fixture.newRun({ workspaceId, roomId, triggerDepth: 3 });
  const write = () =>
    builtInTools
      .get('note')
      ?.call(
        { title: 'Log', text: 'x' },
        { ...fixture, runId, workspaceId, roomId, idempotencyKey: `${runId}/note`, label: 'Notes' },
      );
  await write();
  await write();
  expect(await storedEvents()).toMatchObject([
    {
      ...{ type: 'artifact_changed', depth: 3 },
      data: { version: 1, title: 'Log', author: { kind: 'system', id: null, name: 'Notes' } },
    },
  ]);
});

test('the room’s silence can be asked for', async () => {
  const path = `/rooms/${roomId}/activity`;
  expect(await ada.must('GET', path)).toEqual({
    roomId,
    lastSeq: 0,
    lastMessageAt: null,
    silentSeconds: null,
  });
  await fixture.redis.del(`room_activity:${roomId}`);
  const lastMessageAt = new Date(Date.now() - 60_000);
  await fixture.database.room.update({ where: { id: roomId }, data: { lastSeq: 3, lastMessageAt } });
  const body = await ada.must<{ silentSeconds: number }>('GET', path);
  expect(body).toMatchObject({ roomId, lastSeq: 3, lastMessageAt: lastMessageAt.toISOString() });
  expect(body.silentSeconds).toBeGreaterThanOrEqual(60);
  expect((await ben.call('GET', path)).status).toBe(404);
});

test('rooms notice that their course, or what course they are in, is another', async () => {
  const version = async () =>
    (await fixture.database.workspace.findUniqueOrThrow({ where: { id: workspaceId } })).triggersVersion;
  const { id: courseId } = await fixture.database.course.create({ data: { workspaceId, name: 'C' } });
  const before = await version();
  await ada.must('PATCH', `/rooms/${roomId}`, { name: 'Renamed' });
  expect(await version()).toBe(before);
  await ada.must('PATCH', `/rooms/${roomId}`, { courseId });
  expect(await version()).toBe(before + 1);
  await ada.call('DELETE', `/courses/${courseId}`);
  expect(await version()).toBe(before + 2);
});
