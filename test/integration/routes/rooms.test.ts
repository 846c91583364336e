import { randomUUID } from 'node:crypto';
import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import {
  colleague,
  eventsDuring,
  newRoomOf,
  refusal,
  rosterVersion,
  storeMessages,
  type Failure,
  type Page,
} from './routes-fixture';

interface RoomBody {
  id: string;
  name: string;
  role: string | null;
  lastSeq: number;
  readSeq: number;
  unread: number;
  lastMessageAt: string | null;
}

let api: TestApi;
let ada: Person;
beforeAll(async () => {
  api = await startTestApi();
  ada = await newPerson(api.url, 'Ada');
});

test('whoever creates a room owns it, with the documented defaults', async () => {
  const room = await ada.must<RoomBody>('POST', '/rooms', { name: '  Why leaves are green ' });
  expect(room).toMatchObject({
    name: 'Why leaves are green',
    workspaceId: ada.workspaceId,
    courseId: null,
    turnPolicy: 'enqueue',
    agentReplies: 'auto',
    maxRounds: 4,
    role: 'owner',
    lastSeq: 0,
    readSeq: 0,
    unread: 0,
    lastMessageAt: null,
  });
  expect(await ada.must('GET', `/rooms/${room.id}`)).toEqual(room);
  expect(await ada.must('GET', `/rooms/${room.id.toUpperCase()}`)).toEqual(room);
});

test('every invalid field of a room is named at once', async () => {
  const reply = await ada.call<Failure>('POST', '/rooms', {
    name: 'two\nlines',
    turnPolicy: 'sometimes',
    agentReplies: 7,
    maxRounds: 0,
    courseId: 'biology',
    colour: 'green',
  });
  expect(reply.status).toBe(422);
  expect(reply.headers.get('content-type')).toBe('application/problem+json');
  expect(reply.body.code).toBe('invalid_request');
  expect(reply.body.errors?.map(({ path }) => path).sort()).toEqual([
    'body.agentReplies',
    'body.colour',
    'body.courseId',
    'body.maxRounds',
    'body.name',
    'body.turnPolicy',
  ]);
});

test.each(['', '   ', '\u200b', 'a\u202eb', 'a\u2028b', 'a\u0007b', 'x'.repeat(121)])(
  'a room is not named %j',
  async (name) => {
    expect(await refusal(ada, 'POST', '/rooms', { name })).toEqual([422, 'invalid_request']);
  },
);

test('names in any script and with markup are kept as they are', async () => {
  for (const name of ['Фотосинтез 🌿', '光合作用', 'مرحبا', '<b>"x"</b>', "'; DROP TABLE rooms; --"]) {
    const { id } = await ada.must<RoomBody>('POST', '/rooms', { name });
    expect((await ada.must<RoomBody>('GET', `/rooms/${id}`)).name).toBe(name);
  }
});

test('rooms come by last activity, page by page, with what is unread', async () => {
  const eve = await newPerson(api.url, 'Eve');
  const ids: string[] = [];
  for (let index = 0; index < 5; index += 1)
    ids.push(await newRoomOf(eve, { name: `Room ${String(index)}` }));
  const [oldest = '', second = ''] = ids;
  await storeMessages(api, oldest, eve, 3);
  await storeMessages(api, second, eve, 2);
  await eve.must('POST', `/rooms/${oldest}/read`, { seq: 1 });

  const seen: RoomBody[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<RoomBody> = await eve.must(
      'GET',
      `/rooms?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
    seen.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen.map(({ id }) => id)).toEqual([second, oldest, ...ids.slice(2).reverse()]);
  expect(seen[0]).toMatchObject({ lastSeq: 2, readSeq: 0, unread: 2 });
  expect(seen[1]).toMatchObject({ lastSeq: 3, readSeq: 1, unread: 2 });
});

test('members see their rooms, admins of the workspace all of them unless they ask for theirs', async () => {
  const owner = await newPerson(api.url, 'Owner');
  const ben = await colleague(api, owner, 'Ben');
  const workspace = { 'x-workspace-id': owner.workspaceId };
  const own = await newRoomOf(owner);
  const bens = await ben.call<RoomBody>('POST', '/rooms', { name: 'Ben’s' }, workspace);
  expect(bens.status).toBe(201);

  const listed = async (person: Person, query = ''): Promise<string[]> => {
    const reply = await person.call<Page<RoomBody>>('GET', `/rooms${query}`, undefined, workspace);
    return reply.body.items.map(({ id }) => id).sort();
  };
  expect(await listed(ben)).toEqual([bens.body.id]);
  expect(await listed(owner)).toEqual([own, bens.body.id].sort());
  expect(await listed(owner, '?mine=true')).toEqual([own]);
  const seen = await owner.must<RoomBody>('GET', `/rooms/${bens.body.id}`);
  expect(seen).toMatchObject({ role: null, unread: 0 });
});

test('a change of settings reaches the workflow and the listeners', async () => {
  const id = await newRoomOf(ada);
  const before = await rosterVersion(api, id);
  const events = await eventsDuring(api, id, async () => {
    const changed = await ada.must('PATCH', `/rooms/${id}`, {
      name: 'Ponds',
      turnPolicy: 'interrupt',
      maxRounds: 2,
    });
    expect(changed).toMatchObject({
      name: 'Ponds',
      turnPolicy: 'interrupt',
      maxRounds: 2,
      agentReplies: 'auto',
    });
  });
  expect(events).toEqual([
    { type: 'room.updated', room: { id, name: 'Ponds', turnPolicy: 'interrupt', agentReplies: 'auto' } },
  ]);
  expect(await rosterVersion(api, id)).toBe(before + 1);
});

test('a change names something to change', async () => {
  const id = await newRoomOf(ada);
  expect(await refusal(ada, 'PATCH', `/rooms/${id}`, {})).toEqual([422, 'invalid_request']);
  expect(await refusal(ada, 'PATCH', `/rooms/${id}`)).toEqual([422, 'invalid_request']);
});

test('parallel changes of one room are all counted', async () => {
  const id = await newRoomOf(ada);
  const before = await rosterVersion(api, id);
  await Promise.all([1, 2, 3, 4, 5].map((maxRounds) => ada.must('PATCH', `/rooms/${id}`, { maxRounds })));
  expect(await rosterVersion(api, id)).toBe(before + 5);
});

test('a room belongs to a course of its own workspace only', async () => {
  const stranger = await newPerson(api.url, 'Stranger');
  const course = await ada.must<{ id: string }>('POST', '/courses', { name: 'Biology' });
  const foreign = await stranger.must<{ id: string }>('POST', '/courses', { name: 'Alchemy' });
  const inCourse = await newRoomOf(ada, { courseId: course.id });
  for (const courseId of [foreign.id, randomUUID()]) {
    expect(await refusal(ada, 'POST', '/rooms', { name: 'Lab', courseId })).toEqual([
      404,
      'course_not_found',
    ]);
    expect(await refusal(ada, 'PATCH', `/rooms/${inCourse}`, { courseId })).toEqual([
      404,
      'course_not_found',
    ]);
  }
  const listed = await ada.must<Page<RoomBody>>('GET', `/rooms?courseId=${course.id}`);
  expect(listed.items.map(({ id }) => id)).toEqual([inCourse]);
  expect(await ada.must('PATCH', `/rooms/${inCourse}`, { courseId: null })).toMatchObject({ courseId: null });
});

test('a deleted room is gone for everybody, and its listeners are told', async () => {
  const id = await newRoomOf(ada);
  const events = await eventsDuring(api, id, () => ada.must('DELETE', `/rooms/${id}`));
  expect(events).toEqual([{ type: 'room.deleted', roomId: id }]);
  for (const [method, path, body] of [
    ['GET', ''],
    ['PATCH', '', { name: 'Back' }],
    ['DELETE', ''],
    ['GET', '/messages'],
    ['POST', '/messages', { text: 'hello?' }],
    ['GET', '/members'],
  ] as const) {
    expect(await refusal(ada, method, `/rooms/${id}${path}`, body)).toEqual([404, 'room_not_found']);
  }
  const { items } = await ada.must<Page<RoomBody>>('GET', '/rooms?limit=200');
  expect(items.map((room) => room.id)).not.toContain(id);
});

test('a room is not deleted while Temporal is away: nothing changes and the client may try again', async () => {
  const severed = await startTestApi({ env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  const eve = await newPerson(severed.url, 'Eve');
  const id = await newRoomOf(eve);
  const reply = await eve.call<Failure>('DELETE', `/rooms/${id}`);
  expect([reply.status, reply.body.code]).toEqual([503, 'temporal_unavailable']);
  expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await eve.must('GET', `/rooms/${id}`)).toMatchObject({ id });
});

test('the same Idempotency-Key creates one room', async () => {
  const key = { 'idempotency-key': randomUUID() };
  const [first, again] = [
    await ada.call<RoomBody>('POST', '/rooms', { name: 'Once' }, key),
    await ada.call<RoomBody>('POST', '/rooms', { name: 'Once' }, key),
  ];
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body).toEqual(first.body);
  expect(await refusal(ada, 'POST', '/rooms', { name: 'Twice' }, key)).toEqual([
    409,
    'idempotency_key_reused',
  ]);
});
