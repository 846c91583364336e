import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { colleague, newRoomOf, refusal, rosterVersion } from './routes-fixture';
import { newWorkflow, published } from './workflows-fixture';

let api: TestApi;
let ada: Person;
beforeAll(async () => {
  api = await startTestApi();
  ada = await newPerson(api.url, 'Ada');
});

test('a room gets a workflow, which its own workflow notices, and loses it', async () => {
  const room = await newRoomOf(ada);
  const path = `/rooms/${room}/workflow`;
  const workflowId = await published(ada);
  expect(await refusal(ada, 'GET', path)).toEqual([404, 'workflow_not_found']);
  const before = await rosterVersion(api, room);
  const set = { workflowId, name: 'Flow', version: null, publishedVersion: 1 };
  expect(await ada.must('PUT', path, { workflowId })).toEqual(set);
  expect(await ada.must('GET', path)).toEqual(set);
  expect(await rosterVersion(api, room)).toBe(before + 1);
  expect(await ada.must('PUT', path, { workflowId, version: 1 })).toMatchObject({ version: 1 });
  await ada.must('DELETE', path);
  expect(await refusal(ada, 'GET', path)).toEqual([404, 'workflow_not_found']);
  expect(await rosterVersion(api, room)).toBe(before + 3);
});

test('deleting the workflow takes it from its rooms', async () => {
  const room = await newRoomOf(ada);
  const workflowId = await published(ada);
  await ada.must('PUT', `/rooms/${room}/workflow`, { workflowId });
  const before = await rosterVersion(api, room);
  await ada.must('DELETE', `/workflows/${workflowId}`);
  expect(await refusal(ada, 'GET', `/rooms/${room}/workflow`)).toEqual([404, 'workflow_not_found']);
  expect(await rosterVersion(api, room)).toBe(before + 1);
});

test('only what is published, of the same workspace, and by who may', async () => {
  const room = await newRoomOf(ada);
  const path = `/rooms/${room}/workflow`;
  const draft = await newWorkflow(ada);
  expect(await refusal(ada, 'PUT', path, { workflowId: draft })).toEqual([409, 'workflow_not_published']);
  const workflowId = await published(ada);
  expect(await refusal(ada, 'PUT', path, { workflowId, version: 2 })).toEqual([404, 'version_not_found']);
  const eve = await newPerson(api.url, 'Eve');
  const theirs = await published(eve);
  expect(await refusal(ada, 'PUT', path, { workflowId: theirs })).toEqual([404, 'workflow_not_found']);
  // A guest who owns the room still knows nothing of the workspace's workflows, nor can bring their own.
  await api.database.roomMember.create({ data: { roomId: room, userId: eve.id, role: 'owner' } });
  expect(await refusal(eve, 'PUT', path, { workflowId })).toEqual([404, 'workflow_not_found']);
  expect(await refusal(eve, 'PUT', path, { workflowId: theirs })).toEqual([404, 'workflow_not_found']);
  const ben = await colleague(api, ada, 'Ben');
  await ada.must('POST', `/rooms/${room}/members`, { email: ben.email });
  expect(await refusal(ben, 'PUT', path, { workflowId })).toEqual([403, 'forbidden']);
  expect(await refusal(ben, 'DELETE', path)).toEqual([403, 'forbidden']);
});
