import { randomUUID } from 'node:crypto';
import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { colleague, newRoomOf, refusal, type Failure } from './routes-fixture';
import { addOne, newWorkflow, published, publishNext } from './workflows-fixture';

let api: TestApi;
let ada: Person;
let flow: string;
beforeAll(async () => {
  api = await startTestApi();
  ada = await newPerson(api.url, 'Ada');
  flow = await published(ada);
});

const execute = (person: Person, id: string, body: object, headers = {}) =>
  person.call<{ runId: string } & Failure>('POST', `/workflows/${id}/execute`, body, headers);
const runsOf = (workflowId: string) => api.database.run.count({ where: { workflowId } });

test('a run is stored and started, headless or in a room', async () => {
  const room = await newRoomOf(ada);
  const reply = await execute(ada, flow, { payload: { n: 1 }, sessionId: 's-1', roomId: room });
  expect(reply.status).toBe(202);
  expect(await ada.must('GET', `/runs/${reply.body.runId}`)).toMatchObject({
    kind: 'workflow',
    workflowId: flow,
    version: 1,
    roomId: room,
    sessionId: 's-1',
    triggerType: 'api',
    initiatorId: ada.id,
    input: { n: 1 },
    temporalWorkflowId: `run:${reply.body.runId}`,
    parent: null,
    forkedFrom: null,
    usage: { promptTokens: 0, completionTokens: 0, costUsd: 0 },
  });
});

test('the payload is held to the input schema, field by field', async () => {
  const before = await runsOf(flow);
  for (const [payload, path] of [
    [{ n: 'one' }, 'body.payload.n'],
    [{ n: 1, m: 2 }, 'body.payload'],
    [7, 'body.payload'],
    [null, 'body.payload'],
    [undefined, 'body.payload'],
  ] as const) {
    const { status, body } = await execute(ada, flow, { payload });
    expect([status, body.code]).toEqual([422, 'invalid_request']);
    expect(body.errors?.every((error) => error.path.startsWith(path))).toBe(true);
  }
  expect(await runsOf(flow)).toBe(before);
});

test('a version can be named; drafts do not run', async () => {
  const id = await newWorkflow(ada);
  expect(await refusal(ada, 'POST', `/workflows/${id}/execute`, { payload: { n: 1 } })).toEqual([
    409,
    'workflow_not_published',
  ]);
  await ada.must('POST', `/workflows/${id}/publish`, {});
  await publishNext(ada, id, addOne('input.n + 2'));
  const [newest, first] = [
    await execute(ada, id, { payload: { n: 1 } }),
    await execute(ada, id, { payload: { n: 1 }, version: 1 }),
  ];
  expect(await ada.must('GET', `/runs/${newest.body.runId}`)).toMatchObject({ version: 2 });
  expect(await ada.must('GET', `/runs/${first.body.runId}`)).toMatchObject({ version: 1 });
  expect((await execute(ada, id, { payload: { n: 1 }, version: 3 })).body.code).toBe('version_not_found');
});

test('the same Idempotency-Key is one run', async () => {
  const id = await published(ada);
  const key = { 'idempotency-key': randomUUID() };
  const [one, two] = [
    await execute(ada, id, { payload: { n: 1 } }, key),
    await execute(ada, id, { payload: { n: 1 } }, key),
  ];
  expect(two.body).toEqual(one.body);
  expect(await runsOf(id)).toBe(1);
  const other = await execute(ada, id, { payload: { n: 2 } }, key);
  expect([other.status, other.body.code]).toEqual([409, 'idempotency_key_reused']);
});

test('a run in a room needs the right to write there, and a room of the same workspace', async () => {
  const owner = await newPerson(api.url, 'Owner');
  const id = await published(owner);
  const sam = await colleague(api, owner, 'Sam', 'student');
  const closed = await newRoomOf(owner);
  const body = { payload: { n: 1 } };
  expect((await execute(sam, id, body)).status).toBe(202);
  expect((await execute(sam, id, { ...body, roomId: closed })).body.code).toBe('room_not_found');
  const elsewhere = await newRoomOf(ada);
  await ada.must('POST', `/rooms/${elsewhere}/members`, { email: sam.email });
  expect((await execute(sam, id, { ...body, roomId: elsewhere })).body.code).toBe('room_not_found');
  expect((await execute(ada, id, body)).body.code).toBe('workflow_not_found');
});

test('waits that cannot be are refused; a run that goes on answers 202 after the wait', async () => {
  const body = { payload: { n: 1 } };
  for (const wait of ['0', '61', '-1', 'x', '1.5', '']) {
    const reply = await execute(ada, flow, body, { prefer: `wait=${wait}` });
    expect([wait, reply.status]).toEqual([wait, 422]);
  }
  expect((await execute(ada, flow, body, { prefer: 'respond-async' })).status).toBe(202);
});

test('while Temporal is away nothing is taken and no row is left', async () => {
  const away = await startTestApi({ env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  const person = await newPerson(away.url, 'Away');
  const id = await published(person);
  const reply = await execute(person, id, { payload: { n: 1 } });
  expect([reply.status, reply.body.code]).toEqual([503, 'temporal_unavailable']);
  expect(reply.headers.get('retry-after')).not.toBeNull();
  expect(await runsOf(id)).toBe(0);
  const task = { name: 'T', workflowId: id, payload: { n: 1 } };
  expect(await refusal(person, 'POST', '/tasks', task)).toEqual([503, 'temporal_unavailable']);
  expect(await away.database.task.count({ where: { workflowId: id } })).toBe(0);
});
