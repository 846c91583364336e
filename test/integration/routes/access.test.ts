import { randomUUID } from 'node:crypto';
import { routes } from '../../../apps/api/routes';
import { newPerson, newRoom, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { membersOf, refusal, type Failure } from './routes-fixture';
import { published } from './workflows-fixture';

let api: TestApi;
let ada: Person;
let stranger: Person;
/** Something of Ada's for every name of a path. */
let things: Record<string, string>;

beforeAll(async () => {
  api = await startTestApi();
  [ada, stranger] = [await newPerson(api.url, 'Ada'), await newPerson(api.url, 'Stranger')];
  const room = await newRoom(ada, { agents: { Newton: 'You help.' } });
  const agent = (await membersOf(ada, room.id)).find(({ kind }) => kind === 'agent');
  const course = await ada.must<{ id: string }>('POST', '/courses', { name: 'Biology' });
  const runId = randomUUID();
  await api.database.run.create({
    data: {
      id: runId,
      workspaceId: ada.workspaceId,
      roomId: room.id,
      temporalId: `room:${room.id}`,
      endedAt: new Date(),
    },
  });
  const flow = await published(ada);
  const task = { name: 'Task', workflowId: flow, payload: { n: 1 }, run: false };
  const approvalId = randomUUID();
  await api.database.approval.create({
    data: {
      id: approvalId,
      workspaceId: ada.workspaceId,
      runId,
      roomId: room.id,
      nodeKey: 'ask',
      title: 'Go on?',
      actions: [{ id: 'approve', label: 'Approve' }],
      roles: ['admin'],
    },
  });
  const webhook = { name: 'Hook', url: 'https://example.com/hook', eventTypes: ['run.failed'] };
  const { id: webhookId } = await ada.must<{ id: string }>('POST', '/webhooks', webhook);
  const ping = await ada.must<{ deliveryId: string }>('POST', `/webhooks/${webhookId}/ping`);
  const policy = { name: 'Policy', eventType: 'manual', workflowId: flow };
  const artifact = { title: 'Report', content: 'Leaves are green.' };
  things = {
    '/workflows/{id}': flow,
    '/webhooks/{id}': webhookId,
    // Of `/webhooks/deliveries/{id}`.
    '{id}': ping.deliveryId,
    '/triggers/{id}': (await ada.must<{ id: string }>('POST', '/triggers', policy)).id,
    '/tasks/{id}': (await ada.must<{ id: string }>('POST', '/tasks', task)).id,
    '/approvals/{id}': approvalId,
    '{artifactId}': (await ada.must<{ id: string }>('POST', `/rooms/${room.id}/artifacts`, artifact)).id,
    '{n}': '1',
    '/rooms/{id}': room.id,
    '/workspaces/{id}': ada.workspaceId,
    '/courses/{id}': course.id,
    '/agents/{id}': agent?.agentId ?? '',
    '/runs/{id}': runId,
    '{memberId}': agent?.id ?? '',
    '{turnId}': runId,
  };
});

const protectedRoutes = routes
  .filter(({ auth }) => auth === 'user')
  .map((route) => ({ ...route, title: `${route.method} ${route.path}` }));
const ofThings = protectedRoutes.filter(({ path }) => path.includes('{'));

const fill = (path: string, idOf: (placeholder: string) => string): string =>
  path
    .replace(/^\/\w+\/\{id\}/, (prefix) => prefix.replace('{id}', idOf(prefix)))
    .replace(/\{\w+\}/g, (placeholder) => idOf(placeholder));

test.each(protectedRoutes)('$title asks who is there', async ({ method, path, body }) => {
  const reply = await api.call<Failure>(
    method,
    fill(path, () => randomUUID()),
    {
      ...(body?.type === 'form' || body === undefined ? {} : { body: body.example }),
    },
  );
  expect([reply.status, reply.body.code]).toEqual([401, 'unauthenticated']);
});

test.each(ofThings)('$title hides what is somebody else’s', async ({ method, path, body }) => {
  const [status, code] = await refusal(
    stranger,
    method,
    fill(path, (name) => things[name] ?? ''),
    body?.example,
  );
  expect(status).toBe(404);
  expect(code).toMatch(/_not_found$/);
});

test.each(ofThings)('$title does not find what does not exist', async ({ method, path, body }) => {
  const [status, code] = await refusal(
    ada,
    method,
    fill(path, (name) => (name === '{n}' ? '1' : randomUUID())),
    body?.example,
  );
  expect(status).toBe(404);
  expect(code).toMatch(/_not_found$/);
});

test.each(ofThings)('$title refuses ids that are none', async ({ method, path, body }) => {
  for (const id of ['1', "1'%20OR%20'1'='1", '%00', '..%2F..%2Fetc', `${randomUUID()}x`]) {
    const [status, code] = await refusal(
      ada,
      method,
      fill(path, () => id),
      body?.example,
    );
    expect([400, 404, 422]).toContain(status);
    expect(['malformed_request', 'invalid_request', 'not_found']).toContain(code);
  }
});

test('a foreign workspace cannot be chosen', async () => {
  for (const path of ['/rooms', '/agents', '/courses', '/runs', '/workflows', '/tasks', '/approvals']) {
    for (const headers of [
      { 'x-workspace-id': ada.workspaceId },
      { 'x-workspace-id': randomUUID() },
      { 'x-workspace-id': "' OR 1=1" },
    ]) {
      expect(await refusal(stranger, 'GET', path, undefined, headers)).toEqual([404, 'workspace_not_found']);
    }
    expect(await refusal(stranger, 'GET', `${path}?workspaceId=${ada.workspaceId}`)).toEqual([
      404,
      'workspace_not_found',
    ]);
    expect(await refusal(stranger, 'GET', `${path}?workspaceSlug=%00`)).toEqual([422, 'invalid_request']);
  }
});

test('bodies that are no objects are refused everywhere', async () => {
  for (const { method, path, body } of protectedRoutes.filter(
    (route) => route.body?.type !== 'form' && route.body,
  )) {
    const at = fill(path, (name) => things[name] ?? '');
    for (const wrong of [[], 'text', 7, null, true, [[]], { __proto__: null, constructor: 1 }]) {
      const reply = await ada.call<Failure>(method, at, wrong);
      expect([`${method} ${path} ${JSON.stringify(wrong)}`, reply.status, reply.body.code]).toEqual([
        `${method} ${path} ${JSON.stringify(wrong)}`,
        422,
        'invalid_request',
      ]);
    }
    expect(body).toBeDefined();
  }
}, 240_000);
