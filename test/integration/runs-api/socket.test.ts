import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { runChannel } from '../../../infra/relay/relay';
import { closeCodes } from '../../../workflows/contracts/events';
import { bearer, refusal, startSocketApi, type SocketApi } from '../../e2e/sockets/socket-fixture';
import { eventually } from '../../support/eventually';
import { newPerson, type Person } from '../../support/people';
import { storeEvents, storeRun } from '../routes/workflows-fixture';
import type { TestApi } from '../api/api-fixture';

interface Frame {
  type: string;
  offset?: number;
  [field: string]: unknown;
}

let api: SocketApi;
let ada: Person;
/** Only what storing needs. */
let store: TestApi;
beforeAll(async () => {
  api = await startSocketApi({
    env: { SOCKET_FRAMES_PER_SECOND: '10' },
    sockets: { standingSeconds: 1 },
  });
  ada = await newPerson(api.url, 'Ada');
  store = api as unknown as TestApi;
});
afterAll(() => api.stop());

function open(
  person: Person,
  runId: string,
  query = '',
): { ws: WebSocket; frames: Frame[]; closed: Promise<number> } {
  const ws = new WebSocket(`${api.url.replace('http', 'ws')}/ws/runs/${runId}${query}`, {
    headers: bearer(person),
  });
  const frames: Frame[] = [];
  ws.on('error', () => undefined);
  ws.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as Frame));
  return { ws, frames, closed: new Promise((resolve) => ws.once('close', resolve)) };
}

const next = ({ frames }: { frames: Frame[] }, type: string): Promise<Frame> =>
  eventually(type, () => frames.find((frame) => frame.type === type));

const node = (nodeKey: string) => ({ type: 'node.completed', nodeKey, nodeId: nodeKey, label: nodeKey });

test('a run is told from the beginning or after an offset, and the socket closes with its end', async () => {
  const runId = await storeRun(store, ada);
  await storeEvents(store, runId, [{ type: 'run.running' }, node('a')]);
  const [whole, rest] = [open(ada, runId), open(ada, runId, '?offset=1')];
  expect(await next(whole, 'hello')).toEqual({ type: 'hello', epoch: runId, offset: 0, recovered: true });
  expect(await next(rest, 'hello')).toMatchObject({ offset: 1 });
  await next(whole, 'node.completed');
  const delta = { type: 'node.delta' as const, nodeKey: 'b', part: '', attempt: 1, index: 0, text: 'x' };
  // It is told to those who listen already: until then nobody hears it.
  const heard = await eventually('node.delta', async () => {
    await api.relay.publishEphemeral(runChannel(runId), delta);
    return whole.frames.find(({ type }) => type === 'node.delta');
  });
  expect(heard).toEqual(delta);
  await storeEvents(store, runId, [{ type: 'run.completed' }], true);
  await api.relay.publishEphemeral(runChannel(runId), { type: 'run.changed', seq: 3 });
  expect([await whole.closed, await rest.closed]).toEqual([1000, 1000]);
  const offsets = (frames: Frame[]): (number | undefined)[] =>
    frames.filter(({ type }) => type !== 'hello' && type !== 'node.delta').map(({ offset }) => offset);
  expect(offsets(whole.frames)).toEqual([1, 2, 3]);
  expect(offsets(rest.frames)).toEqual([2, 3]);
});

test('it is admitted as a room is', async () => {
  const runId = await storeRun(store, ada);
  const path = `/ws/runs/${runId}`;
  const eve = await newPerson(api.url, 'Eve');
  const hidden = { status: 404, code: 'run_not_found' };
  expect(await refusal(api.url, path)).toMatchObject({ status: 401, code: 'unauthenticated' });
  expect(await refusal(api.url, path, bearer(eve))).toMatchObject(hidden);
  expect(await refusal(api.url, `/ws/runs/${randomUUID()}`, bearer(ada))).toMatchObject(hidden);
  expect(await refusal(api.url, '/ws/runs/1', bearer(ada))).toMatchObject({ status: 404, code: 'not_found' });
  expect(await refusal(api.url, path, { ...bearer(ada), origin: 'https://evil.example' })).toMatchObject({
    status: 403,
  });
  for (const offset of ['-1', 'x', '1.5', ''])
    expect(await refusal(api.url, `${path}?offset=${offset}`, bearer(ada))).toMatchObject({ status: 422 });
  const { ticket } = await ada.must<{ ticket: string }>('POST', '/auth/ws-ticket');
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}${path}?ticket=${ticket}`);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.close();
});

test('frames are answered, wrong ones by an error, too many by the end', async () => {
  const runId = await storeRun(store, ada);
  const client = open(ada, runId);
  await next(client, 'hello');
  client.ws.send(JSON.stringify({ type: 'ping' }));
  await next(client, 'pong');
  client.ws.send('{');
  client.ws.send(JSON.stringify({ type: 'send', text: 'x' }));
  client.ws.send(Buffer.from([1]));
  await eventually('errors', () => client.frames.filter(({ type }) => type === 'error').length === 3);
  expect(client.frames.filter(({ type }) => type === 'error').map(({ code }) => code)).toEqual([
    'malformed_frame',
    'invalid_frame',
    'binary_frame',
  ]);
  // Far more than are allowed again meanwhile, should this process stand still for a while.
  for (let index = 0; index < 1000; index += 1) client.ws.send(JSON.stringify({ type: 'ping' }));
  expect(await client.closed).toBe(closeCodes.tooManyFrames);
});

test('who may not follow any more is cut off', async () => {
  const ben = await newPerson(api.url, 'Ben');
  await ada.must('POST', `/workspaces/${ada.workspaceId}/members`, { email: ben.email, role: 'teacher' });
  const client = open(ben, await storeRun(store, ada));
  await next(client, 'hello');
  await api.database.membership.deleteMany({ where: { userId: ben.id, workspaceId: ada.workspaceId } });
  expect(await client.closed).toBe(closeCodes.notAMember);
  const own = open(ben, await storeRun(store, ben));
  await next(own, 'hello');
  await ben.must('POST', '/auth/logout-all');
  expect(await own.closed).toBe(closeCodes.identityExpired);
});
