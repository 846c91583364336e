import { newPerson, newRoom, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { refusal, type Page } from './routes-fixture';
import { storeRun } from './workflows-fixture';

interface ArtifactBody {
  id: string;
  version: number;
  title: string;
}

let api: TestApi;
let ada: Person;
let ben: Person;
let room: string;
beforeAll(async () => {
  api = await startTestApi();
  [ada, ben] = [await newPerson(api.url, 'Ada'), await newPerson(api.url, 'Ben')];
  room = (await newRoom(ada, { people: [ben] })).id;
});

const make = (content = 'One') =>
  ada.must<ArtifactBody>('POST', `/rooms/${room}/artifacts`, { title: 'Report', content });
const write = (person: Person, id: string, body: object, etag = '*') =>
  person.call<ArtifactBody>('PUT', `/rooms/${room}/artifacts/${id}`, body, { 'if-match': etag });

test('members write versions, which stay', async () => {
  const made = await make();
  const path = `/rooms/${room}/artifacts/${made.id}`;
  const changed = await write(ben, made.id, { content: 'Two', contentType: 'text/plain' }, '"1"');
  expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"']);
  await write(ada, made.id, { content: 'Three', title: 'Renamed' }, '"2"');
  const read = await ada.call('GET', path);
  expect(read.headers.get('etag')).toBe('"3"');
  expect(read.body).toMatchObject({
    title: 'Renamed',
    version: 3,
    content: 'Three',
    contentType: 'text/plain',
    author: { kind: 'user', id: ada.id, name: 'Ada' },
  });
  const { items } = await ben.must<Page<object>>('GET', `${path}/versions`);
  expect(items).toMatchObject([{ version: 3 }, { version: 2, author: { name: 'Ben' } }, { version: 1 }]);
  expect(await ben.must('GET', `${path}/versions/1`)).toMatchObject({
    content: 'One',
    contentType: 'text/markdown',
  });
  expect(await refusal(ada, 'GET', `${path}/versions/4`)).toEqual([404, 'version_not_found']);
  expect((await ada.must<Page<ArtifactBody>>('GET', `/rooms/${room}/artifacts`)).items[0]?.id).toBe(made.id);
});

test('of writers at once one wins, the others are told', async () => {
  const { id } = await make();
  expect(await refusal(ada, 'PUT', `/rooms/${room}/artifacts/${id}`, { content: 'x' })).toEqual([
    428,
    'precondition_required',
  ]);
  const race = await Promise.all([1, 2, 3].map((n) => write(ada, id, { content: String(n) }, '"1"')));
  expect(race.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
});

test('a deleted artifact is gone', async () => {
  const { id } = await make();
  const path = `/rooms/${room}/artifacts/${id}`;
  await ben.must('DELETE', path);
  for (const [method, at] of [
    ['GET', path],
    ['DELETE', path],
    ['GET', `${path}/versions`],
    ['GET', `${path}/versions/1`],
  ] as const)
    expect(await refusal(ada, method, at)).toEqual([404, 'artifact_not_found']);
  expect((await write(ada, id, { content: 'x' })).status).toBe(404);
});

test('sizes are limited', async () => {
  const { id } = await make('é'.repeat(524_288));
  expect((await write(ada, id, { content: 'é'.repeat(524_289) })).body).toMatchObject({
    code: 'invalid_request',
  });
  expect((await write(ada, id, { content: 'x'.repeat(2_200_000) })).body).toMatchObject({
    code: 'body_too_large',
  });
  for (const body of [
    { content: 'x', contentType: 'text' },
    { content: 7 },
    {},
    { content: 'x', author: 'me' },
    { content: 'a\0b' },
  ])
    expect((await write(ada, id, body)).status).toBe(422);
});

test('an artifact of another room is not found through one’s own', async () => {
  const eve = await newPerson(api.url, 'Eve');
  const own = (await newRoom(eve)).id;
  const { id } = await make();
  expect(await refusal(eve, 'GET', `/rooms/${own}/artifacts/${id}`)).toEqual([404, 'artifact_not_found']);
  expect(await refusal(eve, 'GET', `/rooms/${room}/artifacts/${id}`)).toEqual([404, 'room_not_found']);
  const reply = await eve.call('PUT', `/rooms/${own}/artifacts/${id}`, { content: 'x' }, { 'if-match': '*' });
  expect(reply.body).toMatchObject({ code: 'artifact_not_found' });
});

test('a run lists what it made or wrote to, headless or in a room', async () => {
  const runId = await storeRun(api, ada);
  const other = await storeRun(api, ada);
  const { id: shared } = await make();
  const written = {
    contentType: 'text/markdown',
    content: 'Note',
    authorKind: 'system' as const,
    authorName: 'Keep',
  };
  await api.database.artifactVersion.create({
    data: { ...written, artifactId: shared, version: 2, writtenBy: `${runId}/keep` },
  });
  const own = await api.database.artifact.create({
    data: {
      workspaceId: ada.workspaceId,
      runId,
      title: 'Own',
      versions: { create: { ...written, version: 1, writtenBy: `${runId}/keep2` } },
    },
  });
  const { items } = await ada.must<Page<ArtifactBody>>('GET', `/runs/${runId}/artifacts`);
  expect(items.map(({ id }) => id).sort()).toEqual([shared, own.id].sort());
  expect(await ada.must('GET', `/runs/${runId}/artifacts/${own.id}`)).toMatchObject({ content: 'Note' });
  expect((await ada.must<Page<object>>('GET', `/runs/${other}/artifacts`)).items).toEqual([]);
  expect(await refusal(ada, 'GET', `/runs/${other}/artifacts/${own.id}`)).toEqual([
    404,
    'artifact_not_found',
  ]);
  expect(await refusal(ben, 'GET', `/runs/${runId}/artifacts`)).toEqual([404, 'run_not_found']);
});
