import { randomUUID } from 'node:crypto';
import { newPerson, newRoom, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import {
  colleague,
  eventsDuring,
  membersOf,
  newAgentOf,
  newRoomOf,
  refusal,
  rosterVersion,
  type Failure,
  type Page,
} from './routes-fixture';

interface AgentBody {
  id: string;
  name: string;
  instructions: string;
  model: string | null;
  definition: string | null;
  status: string;
  version: number;
}

interface VersionBody {
  id: string;
  version: number;
  instructions: string;
  model: string | null;
  createdById: string | null;
}

let api: TestApi;
let ada: Person;
beforeAll(async () => {
  api = await startTestApi();
  ada = await newPerson(api.url, 'Ada');
});

const unique = (name: string): string => `${name} ${randomUUID().slice(0, 8)}`;

/** An agent in a room, with the version of the room's roster. */
async function placed(): Promise<{
  agentId: string;
  roomId: string;
  memberId: string;
  name: string;
  roster: number;
}> {
  const name = unique('Newton');
  const room = await newRoom(ada, { agents: { [name]: 'You help.' } });
  const member = (await membersOf(ada, room.id)).find(({ kind }) => kind === 'agent');
  return {
    agentId: member?.agentId ?? '',
    roomId: room.id,
    memberId: member?.id ?? '',
    name,
    roster: await rosterVersion(api, room.id),
  };
}

test('an agent begins as version 1 and active', async () => {
  const name = unique('Grace');
  const agent = await ada.must<AgentBody>('POST', '/agents', {
    name,
    instructions: ' You help. ',
    model: 'gpt-4.1',
  });
  expect(agent).toMatchObject({
    name,
    instructions: 'You help.',
    model: 'gpt-4.1',
    definition: null,
    status: 'active',
    version: 1,
    workspaceId: ada.workspaceId,
  });
  expect(await ada.must('GET', `/agents/${agent.id}`)).toEqual(agent);
});

test('a definition brings its instructions, unless others are given', async () => {
  const { items } = await ada.must<Page<AgentBody>>('GET', '/agents/definitions');
  expect(items.map(({ definition }) => definition)).toEqual(['teacher', 'student', 'summariser']);
  const made = await ada.must<AgentBody>('POST', '/agents', { name: unique('T'), definition: 'teacher' });
  expect(made).toMatchObject({ definition: 'teacher', instructions: items[0]?.instructions });
  const own = { name: unique('S'), definition: 'student', instructions: 'You are shy.' };
  expect(await ada.must('POST', '/agents', own)).toMatchObject({
    definition: 'student',
    instructions: 'You are shy.',
  });
});

test('every invalid field of an agent is named at once', async () => {
  const body = {
    name: 'a@b',
    instructions: 'x'.repeat(32_001),
    model: '',
    definition: 'wizard',
    colour: 'red',
  };
  const reply = await ada.call<Failure>('POST', '/agents', body);
  expect([reply.status, reply.body.code]).toEqual([422, 'invalid_request']);
  expect(reply.body.errors?.map(({ path }) => path).sort()).toEqual([
    'body.colour',
    'body.definition',
    'body.instructions',
    'body.model',
    'body.name',
  ]);
  expect(await refusal(ada, 'POST', '/agents', { name: unique('N') })).toEqual([422, 'invalid_request']);
});

test('two agents of a workspace have two names; another workspace may use the same', async () => {
  const stranger = await newPerson(api.url, 'Stranger');
  const name = unique('Turing');
  const body = { name, instructions: 'You help.' };
  await ada.must('POST', '/agents', body);
  expect(await refusal(ada, 'POST', '/agents', body)).toEqual([409, 'name_taken']);
  const other = await newAgentOf(ada);
  expect(await refusal(ada, 'PATCH', `/agents/${other}`, { name })).toEqual([409, 'name_taken']);
  await stranger.must('POST', '/agents', body);
});

test('another prompt or model makes a version and leaves the earlier ones as they were', async () => {
  const id = await newAgentOf(ada);
  expect(await ada.must('PATCH', `/agents/${id}`, { instructions: 'You sing.' })).toMatchObject({
    version: 2,
    model: null,
  });
  expect(await ada.must('PATCH', `/agents/${id}`, { model: 'gpt-5' })).toMatchObject({
    version: 3,
    instructions: 'You sing.',
  });
  expect(
    await ada.must('PATCH', `/agents/${id}`, { model: 'gpt-5', instructions: 'You sing.' }),
  ).toMatchObject({ version: 3 });
  expect(await ada.must('PATCH', `/agents/${id}`, { model: null })).toMatchObject({
    version: 4,
    model: null,
  });
  const { items } = await ada.must<Page<VersionBody>>('GET', `/agents/${id}/versions`);
  expect(items.map(({ version, instructions, model }) => [version, instructions, model])).toEqual([
    [4, 'You sing.', null],
    [3, 'You sing.', 'gpt-5'],
    [2, 'You sing.', null],
    [1, 'You help.', null],
  ]);
  expect(items.every(({ createdById }) => createdById === ada.id)).toBe(true);
  const page = await ada.must<Page<VersionBody>>('GET', `/agents/${id}/versions?limit=3`);
  expect(page.nextCursor).toBe('2');
  const rest = await ada.must<Page<VersionBody>>('GET', `/agents/${id}/versions?limit=3&cursor=2`);
  expect([rest.items.map(({ version }) => version), rest.nextCursor]).toEqual([[1], null]);
});

test('parallel changes each get a version of their own', async () => {
  const { agentId, roomId, roster } = await placed();
  const changes = Array.from({ length: 6 }, (_, index) => ({ instructions: `Version ${String(index)}` }));
  const made = await Promise.all(
    changes.map((change) => ada.must<AgentBody>('PATCH', `/agents/${agentId}`, change)),
  );
  expect(made.map(({ version }) => version).sort()).toEqual([2, 3, 4, 5, 6, 7]);
  const newest = made.find(({ version }) => version === 7);
  expect(await ada.must('GET', `/agents/${agentId}`)).toEqual(newest);
  expect(await rosterVersion(api, roomId)).toBe(roster + 6);
});

test('agents of the same rooms are changed in parallel without blocking each other for good', async () => {
  const agents = await Promise.all(Array.from({ length: 4 }, () => newAgentOf(ada)));
  const rooms = await Promise.all(Array.from({ length: 4 }, () => newRoomOf(ada)));
  for (const roomId of rooms)
    for (const agentId of agents) await ada.must('POST', `/rooms/${roomId}/members`, { agentId });
  const replies = await Promise.all(
    agents.flatMap((id) =>
      [1, 2, 3].map((n) => ada.call('PATCH', `/agents/${id}`, { instructions: `Say ${String(n)}` })),
    ),
  );
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
  for (const roomId of rooms) expect(await rosterVersion(api, roomId)).toBe(1 + 4 + 12);
});

test('a rename is heard in the rooms of the agent', async () => {
  const { agentId, roomId, memberId, name, roster } = await placed();
  const renamed = unique('Isaac');
  const events = await eventsDuring(api, roomId, async () => {
    expect(await ada.must('PATCH', `/agents/${agentId}`, { name: renamed })).toMatchObject({
      name: renamed,
      version: 1,
    });
    await ada.must('PATCH', `/agents/${agentId}`, { name: renamed });
  });
  expect(events).toEqual([{ type: 'member.renamed', memberId, name: renamed, previous: name }]);
  expect(await rosterVersion(api, roomId)).toBe(roster + 2);
});

test('an inactive agent stays in its rooms, and starts no turn', async () => {
  const { agentId, roomId, roster } = await placed();
  expect(await ada.must('POST', `/agents/${agentId}/deactivate`)).toMatchObject({ status: 'inactive' });
  expect(await membersOf(ada, roomId)).toHaveLength(2);
  expect(await ada.must('POST', `/rooms/${roomId}/messages`, { text: 'Why?' })).toMatchObject({
    turnId: null,
  });
  expect(await ada.must('POST', `/agents/${agentId}/activate`)).toMatchObject({ status: 'active' });
  expect(await rosterVersion(api, roomId)).toBe(roster + 2);
});

test('a deleted agent leaves its rooms', async () => {
  const { agentId, roomId, memberId, name, roster } = await placed();
  const events = await eventsDuring(api, roomId, () => ada.must('DELETE', `/agents/${agentId}`));
  expect(events).toEqual([{ type: 'member.left', memberId, agentId, name }]);
  expect((await membersOf(ada, roomId)).map(({ kind }) => kind)).toEqual(['user']);
  expect(await rosterVersion(api, roomId)).toBe(roster + 1);
  expect(await refusal(ada, 'GET', `/agents/${agentId}`)).toEqual([404, 'agent_not_found']);
  expect(await refusal(ada, 'DELETE', `/agents/${agentId}`)).toEqual([404, 'agent_not_found']);
});

test('an agent added to a room while it is changed is there at its new version', async () => {
  for (let round = 0; round < 5; round += 1) {
    const agentId = await newAgentOf(ada);
    const roomId = await newRoomOf(ada);
    await Promise.all([
      ada.must('POST', `/rooms/${roomId}/members`, { agentId }),
      ada.must('PATCH', `/agents/${agentId}`, { instructions: 'New.' }),
    ]);
    expect(await rosterVersion(api, roomId)).toBeGreaterThanOrEqual(2);
    expect(await ada.must('GET', `/agents/${agentId}`)).toMatchObject({ version: 2 });
  }
});

test('students use agents and do not make them', async () => {
  const sam = await colleague(api, ada, 'Sam', 'student');
  const id = await newAgentOf(ada);
  const workspace = { 'x-workspace-id': ada.workspaceId };
  const listed = await sam.call<Page<AgentBody>>('GET', '/agents?limit=200', undefined, workspace);
  expect(listed.body.items.map((agent) => agent.id)).toContain(id);
  expect((await sam.call('GET', `/agents/${id}`)).status).toBe(200);
  const body = { name: unique('Mine'), instructions: 'You help.' };
  expect(await refusal(sam, 'POST', '/agents', body, workspace)).toEqual([403, 'forbidden']);
  for (const [method, path, change] of [
    ['PATCH', '', { name: 'X' }],
    ['DELETE', ''],
    ['POST', '/activate'],
    ['POST', '/deactivate'],
  ] as const) {
    expect(await refusal(sam, method, `/agents/${id}${path}`, change)).toEqual([403, 'forbidden']);
  }
});

test('agents are listed page by page', async () => {
  const eve = await newPerson(api.url, 'Eve');
  const ids = [];
  for (let index = 0; index < 5; index += 1) ids.push(await newAgentOf(eve));
  const first = await eve.must<Page<AgentBody>>('GET', '/agents?limit=3');
  const second = await eve.must<Page<AgentBody>>('GET', `/agents?limit=3&cursor=${first.nextCursor ?? ''}`);
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
  expect(second.nextCursor).toBeNull();
});
