import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { colleague, refusal, type Failure, type Page } from './routes-fixture';
import { addOne, published, publishNext } from './workflows-fixture';

interface TaskBody {
  id: string;
  name: string;
  runId: string | null;
}

let api: TestApi;
let ada: Person;
let flow: string;
beforeAll(async () => {
  api = await startTestApi();
  ada = await newPerson(api.url, 'Ada');
  flow = await published(ada);
});

const newTask = (person: Person, more: object = {}) =>
  person.must<TaskBody>('POST', '/tasks', { name: 'Add', workflowId: flow, payload: { n: 1 }, ...more });

test('a task runs at once unless told otherwise, and again when asked', async () => {
  const task = await newTask(ada);
  expect(task).toMatchObject({ name: 'Add', workflowId: flow, version: null, payload: { n: 1 } });
  const quiet = await newTask(ada, { run: false });
  expect(quiet.runId).toBeNull();
  const { runId } = await ada.must<{ runId: string }>('POST', `/tasks/${task.id}/runs`);
  const runs = await ada.must<Page<{ id: string }>>('GET', `/tasks/${task.id}/runs`);
  expect(runs.items.map(({ id }) => id)).toEqual([runId, task.runId]);
  expect(await ada.must('GET', `/runs/${runId}`)).toMatchObject({ taskId: task.id, triggerType: 'task' });
  expect((await ada.must<Page<object>>('GET', `/runs?taskId=${task.id}`)).items).toHaveLength(2);
  expect((await ada.must<Page<object>>('GET', `/tasks/${quiet.id}/runs`)).items).toEqual([]);
});

test('a task is read, changed and deleted; its runs stay', async () => {
  const task = await newTask(ada);
  expect(await ada.must('PATCH', `/tasks/${task.id}`, { name: 'More', payload: { n: 2 } })).toMatchObject({
    name: 'More',
    payload: { n: 2 },
  });
  expect(await ada.must('GET', `/tasks/${task.id}`)).toMatchObject({ name: 'More' });
  for (const body of [{}, { payload: { n: 'x' } }, { payload: null }, { name: '' }, { workflowId: flow }])
    expect(await refusal(ada, 'PATCH', `/tasks/${task.id}`, body)).toEqual([422, 'invalid_request']);
  expect(await refusal(ada, 'PATCH', `/tasks/${task.id}`, { version: 9 })).toEqual([
    404,
    'version_not_found',
  ]);
  await ada.must('DELETE', `/tasks/${task.id}`);
  expect(await refusal(ada, 'GET', `/tasks/${task.id}`)).toEqual([404, 'task_not_found']);
  expect(await ada.must('GET', `/runs/${task.runId ?? ''}`)).toMatchObject({ taskId: null });
});

test('a payload that does not fit makes no task', async () => {
  const reply = await ada.call<Failure>('POST', '/tasks', {
    name: 'Add',
    workflowId: flow,
    payload: { n: 'x' },
    run: false,
  });
  expect(reply.body.errors).toMatchObject([{ path: 'body.payload.n' }]);
});

test('a pinned task keeps its version', async () => {
  const id = await published(ada);
  const task = await newTask(ada, { workflowId: id, version: 1 });
  await publishNext(ada, id, addOne('input.n + 2'));
  const { runId } = await ada.must<{ runId: string }>('POST', `/tasks/${task.id}/runs`);
  expect(await ada.must('GET', `/runs/${runId}`)).toMatchObject({ version: 1 });
});

test('tasks are for who made them, and for admins and teachers', async () => {
  const owner = await newPerson(api.url, 'Owner');
  const workflowId = await published(owner);
  const [sam, tim, tess] = [
    await colleague(api, owner, 'Sam', 'student'),
    await colleague(api, owner, 'Tim', 'student'),
    await colleague(api, owner, 'Tess', 'teacher'),
  ];
  const workspace = { 'x-workspace-id': owner.workspaceId };
  const made = await sam.call<TaskBody>(
    'POST',
    '/tasks',
    { name: 'Sam’s', workflowId, payload: { n: 1 } },
    workspace,
  );
  expect(made.status).toBe(201);
  const { id, runId } = made.body;
  for (const person of [sam, tess, owner]) {
    expect(await person.must('GET', `/tasks/${id}`)).toMatchObject({ id });
    expect(await person.must('GET', `/runs/${runId ?? ''}`)).toMatchObject({ id: runId });
    const list = await person.call<Page<TaskBody>>('GET', '/tasks', undefined, workspace);
    expect(list.body.items).toHaveLength(1);
  }
  expect(await refusal(tim, 'GET', `/tasks/${id}`)).toEqual([404, 'task_not_found']);
  expect(await refusal(tim, 'GET', `/runs/${runId ?? ''}`)).toEqual([404, 'run_not_found']);
  expect((await tim.call<Page<TaskBody>>('GET', '/tasks', undefined, workspace)).body.items).toEqual([]);
  const foreign = { name: 'X', workflowId, payload: { n: 1 } };
  expect(await refusal(ada, 'POST', '/tasks', foreign)).toEqual([404, 'workflow_not_found']);
});
