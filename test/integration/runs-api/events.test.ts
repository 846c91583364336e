import { runChannel } from '../../../infra/relay/relay';
import { eventually } from '../../support/eventually';
import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { colleague, refusal, type Page } from '../routes/routes-fixture';
import { storeEvents, storeRun } from '../routes/workflows-fixture';
import { followRun } from './event-stream';

interface LogLine {
  seq: number;
  level: string;
  message: string;
}

let api: TestApi;
let ada: Person;
beforeAll(async () => {
  api = await startTestApi();
  ada = await newPerson(api.url, 'Ada');
});

const node = (type: string, nodeKey: string, more: object = {}) => ({
  type: `node.${type}`,
  nodeKey,
  nodeId: nodeKey,
  kind: 'transform',
  label: nodeKey,
  ...more,
});
const running = { type: 'run.running' };
const ended = { type: 'run.completed', output: { sum: 2 } };
const nudge = (runId: string, seq: number) =>
  api.services.relay.publishEphemeral(runChannel(runId), { type: 'run.changed', seq });

test('a run that has ended is told from the beginning, and the stream ends', async () => {
  const runId = await storeRun(api, ada);
  await storeEvents(api, runId, [running, node('completed', 'add'), ended], true);
  const stream = await followRun(api.url, ada, runId);
  await eventually('end', () => stream.ended());
  expect(stream.events.map(({ id, event }) => [id, event])).toEqual([
    ['1', 'run.running'],
    ['2', 'node.completed'],
    ['3', 'run.completed'],
  ]);
  expect(stream.events[1]?.data).toMatchObject({ type: 'node.completed', seq: 2, nodeKey: 'add' });
});

test('it goes on after the last event that was received', async () => {
  const runId = await storeRun(api, ada);
  await storeEvents(api, runId, [running, node('running', 'a'), node('completed', 'a'), ended], true);
  const seen = async (options: object): Promise<(string | undefined)[]> => {
    const stream = await followRun(api.url, ada, runId, options);
    await eventually('end', () => stream.ended());
    return stream.events.map(({ id }) => id);
  };
  expect(await seen({ headers: { 'last-event-id': '2' } })).toEqual(['3', '4']);
  expect(await seen({ query: '?after=3' })).toEqual(['4']);
  expect(await seen({ query: '?after=1', headers: { 'last-event-id': '3' } })).toEqual(['4']);
  expect(await seen({ headers: { 'last-event-id': '4' } })).toEqual([]);
  for (const id of ['x', '-1', '99999999999', '1.5'])
    expect((await followRun(api.url, ada, runId, { headers: { 'last-event-id': id } })).status).toBe(422);
});

test('events come as they happen, text that is written without an id, and a lost nudge only delays', async () => {
  const runId = await storeRun(api, ada);
  const [one, two] = [await followRun(api.url, ada, runId), await followRun(api.url, ada, runId)];
  const looks = (): number => one.comments() + two.comments();
  let seq = 0;
  // Before a stream looks for itself it says so by a comment, except at its beginning: what comes later and without one has
  // come by its nudge.
  await eventually(
    'an event comes by its nudge',
    async () => {
      const before = looks();
      await storeEvents(api, runId, [running]);
      seq += 1;
      await nudge(runId, seq);
      const id = String(seq);
      await eventually('it comes', () =>
        [one, two].every(({ events }) => events.some((each) => each.id === id)),
      );
      return seq > 1 && looks() === before;
    },
    45,
  );
  const delta = {
    type: 'node.delta' as const,
    nodeKey: 'a',
    part: '',
    attempt: 1,
    index: 0,
    text: 'Lea',
  };
  await api.services.relay.publishEphemeral(runChannel(runId), delta);
  expect(await one.next('node.delta')).toEqual({ id: undefined, event: 'node.delta', data: delta });
  await storeEvents(api, runId, [ended], true);
  await eventually('end', () => one.ended() && two.ended(), 30);
  expect(one.events.at(-1)).toMatchObject({ id: String(seq + 1), event: 'run.completed' });
  expect(one.comments()).toBeGreaterThan(0);
}, 120_000);

test('a long log comes whole, and in order', async () => {
  const runId = await storeRun(api, ada);
  const many = Array.from({ length: 900 }, (_, index) => node('completed', `n${String(index)}`));
  await storeEvents(api, runId, [running, ...many, ended], true);
  const stream = await followRun(api.url, ada, runId);
  await eventually('end', () => stream.ended());
  expect(stream.events.map(({ id }) => Number(id))).toEqual(
    Array.from({ length: 902 }, (_, index) => index + 1),
  );
});

test('a stream of somebody who may follow no more ends', async () => {
  const tess = await colleague(api, ada, 'Tess', 'teacher');
  const runId = await storeRun(api, ada);
  expect((await followRun(api.url, await newPerson(api.url, 'Eve'), runId)).status).toBe(404);
  const stream = await followRun(api.url, tess, runId);
  expect(stream.status).toBe(200);
  stream.close();
  await api.database.membership.deleteMany({ where: { userId: tess.id, workspaceId: ada.workspaceId } });
  expect((await followRun(api.url, tess, runId)).status).toBe(404);
});

test('the log tells what happened, by level and by node', async () => {
  const runId = await storeRun(api, ada);
  const error = { code: 'tool_failed', detail: 'The tool failed.' };
  await storeEvents(api, runId, [
    running,
    node('running', 'a'),
    { type: 'node.retrying', nodeKey: 'a', nodeId: 'a', attempt: 1, error },
    node('failed', 'a', { error }),
    { type: 'run.failed', error },
  ]);
  const read = async (query = ''): Promise<LogLine[]> =>
    (await ada.must<Page<LogLine>>('GET', `/runs/${runId}/logs?${query}`)).items;
  expect((await read()).map(({ level }) => level)).toEqual(['info', 'info', 'warn', 'error', 'error']);
  expect((await read('level=warn')).map(({ seq }) => seq)).toEqual([3, 4, 5]);
  expect((await read('level=error&nodeKey=a')).map(({ message }) => message)).toEqual([
    'a is failed: The tool failed.',
  ]);
  const first = await ada.must<Page<LogLine>>('GET', `/runs/${runId}/logs?limit=3`);
  expect(first.nextCursor).toBe('3');
  expect((await read('limit=3&cursor=3')).map(({ seq }) => seq)).toEqual([4, 5]);
  for (const query of ['level=debug', 'nodeKey=', 'cursor=x', 'limit=0', 'x=1'])
    expect(await refusal(ada, 'GET', `/runs/${runId}/logs?${query}`)).toEqual([422, 'invalid_request']);
});

test('the server stops while streams are open', async () => {
  const other = await startTestApi();
  const runId = await storeRun(other, ada);
  const person = await newPerson(other.url, 'Stay');
  const own = await storeRun(other, person);
  await storeEvents(other, own, [running]);
  const stream = await followRun(other.url, person, own);
  await stream.next('run.running');
  const cutting = jest.spyOn(other.server, 'closeAllConnections');
  await other.stop();
  expect(cutting).not.toHaveBeenCalled();
  await eventually('end', () => stream.ended());
  expect(runId).not.toBe(own);
});
