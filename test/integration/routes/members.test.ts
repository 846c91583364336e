import { randomUUID } from 'node:crypto';
import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import {
  colleague,
  eventsDuring,
  memberIdOf,
  membersOf,
  newAgentOf,
  newRoomOf,
  refusal,
  rosterVersion,
  type Failure,
  type MemberBody,
} from './routes-fixture';

let api: TestApi;
let ada: Person;
beforeAll(async () => {
  api = await startTestApi();
  ada = await newPerson(api.url, 'Ada');
});

const add = (by: Person, roomId: string, body: object): Promise<MemberBody> =>
  by.must('POST', `/rooms/${roomId}/members`, body);

test('an admin adds anybody who is registered by email, who then belongs to the workspace', async () => {
  const roomId = await newRoomOf(ada);
  const ben = await newPerson(api.url, 'Ben');
  expect(await refusal(ben, 'GET', `/rooms/${roomId}`)).toEqual([404, 'room_not_found']);

  const before = await rosterVersion(api, roomId);
  const events = await eventsDuring(api, roomId, async () => {
    const member = await add(ada, roomId, { email: ` ${ben.email.toUpperCase()} ` });
    expect(member).toMatchObject({ kind: 'user', userId: ben.id, name: 'Ben', role: 'member' });
  });
  const id = await memberIdOf(ben, roomId);
  expect(events).toEqual([
    { type: 'member.joined', member: { id, kind: 'user', userId: ben.id, name: 'Ben', role: 'member' } },
  ]);
  expect(await rosterVersion(api, roomId)).toBe(before + 1);

  expect(await ben.must('GET', `/rooms/${roomId}`)).toMatchObject({ role: 'member' });
  const { memberships } = await ben.must<{ memberships: { workspaceId: string; role: string }[] }>(
    'GET',
    '/auth/me',
  );
  expect(memberships).toContainEqual(
    expect.objectContaining({ workspaceId: ada.workspaceId, role: 'member' }),
  );
});

test('people of the workspace are added by id, with a role', async () => {
  const roomId = await newRoomOf(ada);
  const cem = await colleague(api, ada, 'Cem', 'student');
  expect(await add(ada, roomId, { userId: cem.id, role: 'owner' })).toMatchObject({ role: 'owner' });
  expect((await membersOf(cem, roomId)).map(({ name, role }) => [name, role])).toEqual([
    ['Ada', 'owner'],
    ['Cem', 'owner'],
  ]);
});

test('an owner who is no admin or teacher adds people of the workspace only', async () => {
  const [dan, eve] = [await colleague(api, ada, 'Dan'), await colleague(api, ada, 'Eve')];
  const stranger = await newPerson(api.url, 'Stranger');
  const created = await dan.call<{ id: string }>(
    'POST',
    '/rooms',
    { name: 'Dan’s' },
    { 'x-workspace-id': ada.workspaceId },
  );
  const path = `/rooms/${created.body.id}/members`;
  expect((await dan.call('POST', path, { email: eve.email })).status).toBe(201);
  const refused = await dan.call<Failure>('POST', path, { email: stranger.email });
  expect([refused.status, refused.body.code]).toEqual([404, 'user_not_found']);
  expect(refused.body.detail).toContain('admin or teacher');
});

test('an unknown person is not found, and the answer says what to do', async () => {
  const roomId = await newRoomOf(ada);
  const stranger = await newPerson(api.url, 'Stranger');
  const path = `/rooms/${roomId}/members`;
  const unknown = await ada.call<Failure>('POST', path, { email: `${randomUUID()}@example.org` });
  expect([unknown.status, unknown.body.code]).toEqual([404, 'user_not_found']);
  expect(unknown.body.detail).toContain('register');
  const foreign = await ada.call<Failure>('POST', path, { userId: stranger.id });
  expect([foreign.status, foreign.body.code]).toEqual([404, 'user_not_found']);
  expect(foreign.body.detail).toContain('email');
});

test('agents join once, from the same workspace, and only while they are active', async () => {
  const roomId = await newRoomOf(ada);
  const stranger = await newPerson(api.url, 'Stranger');
  const [agentId, foreign] = [await newAgentOf(ada), await newAgentOf(stranger)];
  const path = `/rooms/${roomId}/members`;
  expect(await add(ada, roomId, { agentId })).toMatchObject({ kind: 'agent', agentId, role: 'member' });
  expect(await refusal(ada, 'POST', path, { agentId })).toEqual([409, 'already_a_member']);
  expect(await refusal(ada, 'POST', path, { agentId: foreign })).toEqual([404, 'agent_not_found']);
  const resting = await newAgentOf(ada);
  await ada.must('POST', `/agents/${resting}/deactivate`);
  expect(await refusal(ada, 'POST', path, { agentId: resting })).toEqual([409, 'agent_not_active']);
});

test.each([
  [{}],
  [{ userId: randomUUID(), agentId: randomUUID() }],
  [{ agentId: randomUUID(), role: 'owner' }],
  [{ email: 'nobody' }],
  [{ userId: 7 }],
  [{ userId: randomUUID(), role: 'king' }],
])('%j names nobody to add', async (body) => {
  const roomId = await newRoomOf(ada);
  expect(await refusal(ada, 'POST', `/rooms/${roomId}/members`, body)).toEqual([422, 'invalid_request']);
});

test('ten parallel additions of one person make one member', async () => {
  const roomId = await newRoomOf(ada);
  const fay = await newPerson(api.url, 'Fay');
  const before = await rosterVersion(api, roomId);
  const replies = await Promise.all(
    Array.from({ length: 10 }, () => ada.call('POST', `/rooms/${roomId}/members`, { email: fay.email })),
  );
  expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
  expect(await membersOf(ada, roomId)).toHaveLength(2);
  expect(await rosterVersion(api, roomId)).toBe(before + 1);
});

test('members change nothing about others, and may leave', async () => {
  const roomId = await newRoomOf(ada);
  const [gus, hal] = [await colleague(api, ada, 'Gus'), await colleague(api, ada, 'Hal')];
  await add(ada, roomId, { userId: gus.id });
  await add(ada, roomId, { userId: hal.id });
  const [gusId, halId] = [await memberIdOf(gus, roomId), await memberIdOf(hal, roomId)];
  const at = `/rooms/${roomId}`;
  for (const [method, path, body] of [
    ['POST', `${at}/members`, { email: ada.email }],
    ['PATCH', `${at}/members/${gusId}`, { role: 'owner' }],
    ['DELETE', `${at}/members/${halId}`],
    ['PATCH', at, { name: 'Mine' }],
    ['DELETE', at],
  ] as const) {
    expect(await refusal(gus, method, path, body)).toEqual([403, 'forbidden']);
  }
  const events = await eventsDuring(api, roomId, () => gus.must('DELETE', `${at}/members/${gusId}`));
  expect(events).toEqual([{ type: 'member.left', memberId: gusId, userId: gus.id, name: 'Gus' }]);
  expect(await refusal(gus, 'GET', at)).toEqual([404, 'room_not_found']);
});

test('an owner removes people and agents', async () => {
  const roomId = await newRoomOf(ada);
  const agentId = await newAgentOf(ada, `Newton ${randomUUID()}`);
  const member = await add(ada, roomId, { agentId });
  const before = await rosterVersion(api, roomId);
  const events = await eventsDuring(api, roomId, () =>
    ada.must('DELETE', `/rooms/${roomId}/members/${member.id}`),
  );
  expect(events).toEqual([{ type: 'member.left', memberId: member.id, agentId, name: member.name }]);
  expect(await rosterVersion(api, roomId)).toBe(before + 1);
  expect(await refusal(ada, 'DELETE', `/rooms/${roomId}/members/${member.id}`)).toEqual([
    404,
    'member_not_found',
  ]);
});

test('the last owner stays while others are there', async () => {
  const roomId = await newRoomOf(ada);
  const ida = await colleague(api, ada, 'Ida');
  const idas = await add(ada, roomId, { userId: ida.id });
  const own = await memberIdOf(ada, roomId);
  const path = `/rooms/${roomId}/members`;
  expect(await refusal(ada, 'DELETE', `${path}/${own}`)).toEqual([409, 'last_owner']);
  expect(await refusal(ada, 'PATCH', `${path}/${own}`, { role: 'member' })).toEqual([409, 'last_owner']);
  expect(await ada.must('PATCH', `${path}/${idas.id}`, { role: 'owner' })).toMatchObject({ role: 'owner' });
  await ada.must('DELETE', `${path}/${own}`);
  expect((await membersOf(ida, roomId)).map(({ name }) => name)).toEqual(['Ida']);
  await ida.must('DELETE', `${path}/${idas.id}`);
});

test('two owners who leave at once do not leave a room of members without one', async () => {
  const roomId = await newRoomOf(ada);
  const [jo, kim] = [await colleague(api, ada, 'Jo'), await colleague(api, ada, 'Kim')];
  const jos = await add(ada, roomId, { userId: jo.id, role: 'owner' });
  await add(ada, roomId, { userId: kim.id });
  const own = await memberIdOf(ada, roomId);
  const path = `/rooms/${roomId}/members`;
  const replies = await Promise.all([
    ada.call('DELETE', `${path}/${own}`),
    jo.call('DELETE', `${path}/${jos.id}`),
  ]);
  expect(replies.map(({ status }) => status).sort()).toEqual([204, 409]);
});

test('a member id of another room is not found', async () => {
  const [roomId, other] = [await newRoomOf(ada), await newRoomOf(ada)];
  const elsewhere = await memberIdOf(ada, other);
  const path = `/rooms/${roomId}/members/${elsewhere}`;
  expect(await refusal(ada, 'PATCH', path, { role: 'member' })).toEqual([404, 'member_not_found']);
  expect(await refusal(ada, 'DELETE', path)).toEqual([404, 'member_not_found']);
});

test('a full room takes nobody more, also when two come at once', async () => {
  const max = await newPerson(api.url, 'Max');
  const roomId = await newRoomOf(max);
  const eve = await newPerson(api.url, 'Eve');
  const agents = await api.database.agent.createManyAndReturn({
    data: Array.from({ length: 998 }, () => ({ workspaceId: max.workspaceId, name: randomUUID() })),
    select: { id: true },
  });
  await api.database.roomMember.createMany({ data: agents.map(({ id: agentId }) => ({ roomId, agentId })) });
  const [dan, fay] = [await colleague(api, max, 'Dan'), await colleague(api, max, 'Fay')];
  const replies = await Promise.all(
    [dan, fay].map(({ id: userId }) => max.call('POST', `/rooms/${roomId}/members`, { userId })),
  );
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
  const body = { email: eve.email };
  expect(await refusal(max, 'POST', `/rooms/${roomId}/members`, body)).toEqual([409, 'limit_reached']);
  // What was begun for her is undone too: she is not in the workspace.
  expect(await refusal(eve, 'GET', `/workspaces/${max.workspaceId}`)).toEqual([404, 'workspace_not_found']);
});

test('members come in the order they joined, page by page', async () => {
  const roomId = await newRoomOf(ada);
  for (let index = 0; index < 4; index += 1) await add(ada, roomId, { agentId: await newAgentOf(ada) });
  const names = (await membersOf(ada, roomId)).map(({ id }) => id);
  const paged: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: MemberBody[]; nextCursor: string | null } = await ada.must(
      'GET',
      `/rooms/${roomId}/members?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
    paged.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(paged).toEqual(names);
});

test('with Redis away the change holds and only its announcement is lost', async () => {
  const severed = await startTestApi({ env: { REDIS_URL: 'redis://127.0.0.1:1' } });
  const lea = await newPerson(severed.url, 'Lea');
  const roomId = await newRoomOf(lea);
  const agentId = await newAgentOf(lea);
  await add(lea, roomId, { agentId });
  expect(await membersOf(lea, roomId)).toHaveLength(2);
});
