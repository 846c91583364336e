import { randomUUID } from 'node:crypto';
import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { colleague, refusal, type Failure, type Page } from './routes-fixture';
import { addOne, newWorkflow, published, publishNext } from './workflows-fixture';

interface WorkflowBody {
  id: string;
  name: string;
  publishedVersion: number | null;
  draftRevision: number;
}
interface Validation {
  valid: boolean;
  problems: { code: string; severity: string; nodeId?: string }[];
}

let api: TestApi;
let ada: Person;
beforeAll(async () => {
  api = await startTestApi();
  ada = await newPerson(api.url, 'Ada');
});

const draftOf = (id: string) => ada.call<Record<string, unknown>>('GET', `/workflows/${id}/draft`);
const save = (id: string, graph: unknown, etag: string) =>
  ada.call<Validation & Failure & { revision: number }>('PUT', `/workflows/${id}/draft`, graph, {
    'if-match': etag,
  });

test('a workflow is created, read, listed, changed and deleted', async () => {
  const person = await newPerson(api.url, 'Own');
  const made = await person.must<WorkflowBody>('POST', '/workflows', { name: '  Flow  ' });
  expect(made).toMatchObject({ name: 'Flow', publishedVersion: null, draftRevision: 1, description: '' });
  expect(await person.must('GET', `/workflows/${made.id}`)).toEqual(made);
  expect((await person.must<Page<WorkflowBody>>('GET', '/workflows')).items).toEqual([made]);
  expect(await person.must('PATCH', `/workflows/${made.id}`, { name: 'New' })).toMatchObject({
    name: 'New',
    description: '',
  });
  await person.must('DELETE', `/workflows/${made.id}`);
  expect((await person.must<Page<WorkflowBody>>('GET', '/workflows')).items).toEqual([]);
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['DELETE', '', undefined],
    ['PATCH', '', { name: 'x' }],
    ['POST', '/publish', {}],
    ['POST', '/execute', {}],
  ] as const) {
    expect(await refusal(person, method, `/workflows/${made.id}${path}`, body)).toEqual([
      404,
      'workflow_not_found',
    ]);
  }
  const audited = await api.database.auditEvent.findMany({ where: { targetId: made.id } });
  expect(audited.map(({ action }) => action)).toEqual(['workflow_deleted']);
});

test('lists come page by page', async () => {
  const person = await newPerson(api.url, 'Pages');
  const ids = [];
  for (let index = 0; index < 3; index += 1) ids.push(await newWorkflow(person));
  const first = await person.must<Page<WorkflowBody>>('GET', '/workflows?limit=2');
  const second = await person.must<Page<WorkflowBody>>(
    'GET',
    `/workflows?limit=2&cursor=${first.nextCursor ?? ''}`,
  );
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
  expect(second.nextCursor).toBeNull();
});

test('wrong fields are named, all at once', async () => {
  const reply = await ada.call<Failure>('POST', '/workflows', {
    name: '',
    description: 7,
    graph: { nodes: 1, edges: [], x: 1 },
    extra: true,
  });
  expect(reply.status).toBe(422);
  expect(reply.body.errors?.map(({ path }) => path).sort()).toEqual([
    'body.description',
    'body.extra',
    'body.graph.nodes',
    'body.graph.x',
    'body.name',
  ]);
});

test('a draft of any quality is saved, cleaned of what a canvas keeps, and its problems are named', async () => {
  const id = await newWorkflow(ada);
  const { body: graph } = await draftOf(id);
  expect(graph).toEqual(addOne());
  const draft = {
    schemaVersion: 1,
    nodes: [{ id: 'x', type: 'nonsense', position: { x: 1, y: 2 }, data: {}, selected: true }, 7],
    edges: [null],
  };
  const saved = await save(id, draft, '"1"');
  expect(saved.status).toBe(200);
  expect(saved.headers.get('etag')).toBe('"2"');
  expect(saved.body).toMatchObject({ revision: 2, valid: false });
  expect(saved.body.problems.map(({ code }) => code)).toContain('unknown_kind');
  const read = await draftOf(id);
  expect(read.headers.get('etag')).toBe('"2"');
  expect(read.body).toEqual({
    schemaVersion: 1,
    nodes: [{ id: 'x', type: 'nonsense', position: { x: 1, y: 2 }, data: {} }, 7],
    edges: [null],
  });
});

test('a draft is saved only over the one that was read', async () => {
  const id = await newWorkflow(ada);
  const graph = addOne();
  expect(await refusal(ada, 'PUT', `/workflows/${id}/draft`, graph)).toEqual([428, 'precondition_required']);
  for (const etag of ['"2"', 'W/"1"', '1', '"x"', ' , '])
    expect([etag, (await save(id, graph, etag)).status]).toEqual([etag, 412]);
  expect((await save(id, graph, '"9", "1"')).status).toBe(200);
  expect((await save(id, graph, '*')).status).toBe(200);
  const race = await Promise.all([1, 2, 3, 4].map(() => save(id, graph, '"3"')));
  expect(race.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  expect((await draftOf(id)).headers.get('etag')).toBe('"4"');
});

test('a draft that is too large is refused', async () => {
  const id = await newWorkflow(ada);
  const graph = { schemaVersion: 1, nodes: [{ id: 'x'.repeat(270_000) }], edges: [] };
  expect((await save(id, graph, '*')).body).toMatchObject({ code: 'invalid_request' });
  const huge = { schemaVersion: 1, nodes: [{ id: 'x'.repeat(400_000) }], edges: [] };
  expect((await save(id, huge, '*')).body).toMatchObject({ code: 'body_too_large' });
});

test('validation takes any JSON and names everything', async () => {
  const id = await newWorkflow(ada);
  const path = `/workflows/${id}/validate`;
  expect(await ada.must('POST', path, {})).toEqual({ valid: true, problems: [] });
  expect(await ada.must('POST', path)).toEqual({ valid: true, problems: [] });
  for (const graph of [null, 7, 'graph', [], {}, { nodes: {} }, { nodes: [[]], edges: [{}] }]) {
    const { valid, problems } = await ada.must<Validation>('POST', path, { graph });
    expect([JSON.stringify(graph), valid]).toEqual([JSON.stringify(graph), false]);
    expect(problems.length).toBeGreaterThan(0);
  }
});

test('agents and sub-workflows of other workspaces are unknown', async () => {
  const eve = await newPerson(api.url, 'Eve');
  const { id: agentId } = await eve.must<{ id: string }>('POST', '/agents', { name: 'A', instructions: 'x' });
  const theirs = await published(eve);
  const graph = {
    schemaVersion: 1,
    nodes: [
      { id: 'start', type: 'trigger', position: { x: 0, y: 0 }, data: {} },
      { id: 'a', type: 'agent', position: { x: 0, y: 0 }, data: { agentId, prompt: 'Hi' } },
      { id: 'b', type: 'subworkflow', position: { x: 0, y: 0 }, data: { workflowId: theirs } },
    ],
    edges: [
      { id: 'e1', source: 'start', target: 'a' },
      { id: 'e2', source: 'a', target: 'b' },
    ],
  };
  const id = await newWorkflow(ada, graph);
  const { problems } = await ada.must<Validation>('POST', `/workflows/${id}/validate`, {});
  expect(problems.map(({ code, nodeId }) => [code, nodeId])).toEqual([
    ['unknown_agent', 'a'],
    ['unknown_workflow', 'b'],
  ]);
});

test('a graph with errors is not published, and the problem lists them', async () => {
  const id = await newWorkflow(ada, { schemaVersion: 1, nodes: [], edges: [] });
  const reply = await ada.call<Failure & Validation>('POST', `/workflows/${id}/publish`, {});
  expect([reply.status, reply.body.code]).toEqual([422, 'graph_invalid']);
  expect(reply.body.problems).toMatchObject([{ code: 'empty_graph', severity: 'error' }]);
  expect(reply.body.errors).toMatchObject([{ code: 'empty_graph' }]);
  expect(await ada.must('GET', `/workflows/${id}`)).toMatchObject({ publishedVersion: null });
});

test('publishing makes versions; the same meaning makes none', async () => {
  const id = await newWorkflow(ada);
  const publish = (note?: string) =>
    ada.must<{ version: number; hash: string }>('POST', `/workflows/${id}/publish`, { note });
  const first = await publish('One');
  expect(first).toEqual({ version: 1, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  const moved = addOne();
  for (const node of moved.nodes) node.position = { x: 99, y: 99 };
  await save(id, moved, '*');
  expect(await publish()).toEqual(first);
  expect(await publishNext(ada, id, addOne('input.n + 2'))).toBe(2);
  const { items } = await ada.must<Page<object>>('GET', `/workflows/${id}/versions`);
  expect(items).toMatchObject([
    { version: 2, note: '', rolledBackTo: null },
    { version: 1, note: 'One', hash: first.hash, createdById: ada.id },
  ]);
  expect(await ada.must('GET', `/workflows/${id}/versions/1`)).toMatchObject({
    version: 1,
    graph: addOne(),
  });
  expect(await refusal(ada, 'GET', `/workflows/${id}/versions/3`)).toEqual([404, 'version_not_found']);
});

test('publishers at once get one version each, or the same', async () => {
  const id = await newWorkflow(ada);
  const same = await Promise.all(
    [1, 2, 3, 4, 5].map(() => ada.must<{ version: number }>('POST', `/workflows/${id}/publish`, {})),
  );
  expect(same.map(({ version }) => version)).toEqual([1, 1, 1, 1, 1]);
  await Promise.all(
    [2, 3, 4].map(async (n) => {
      await save(id, addOne(`input.n + ${String(n)}`), '*');
      await ada.must('POST', `/workflows/${id}/publish`, {});
    }),
  );
  const { items } = await ada.must<Page<{ version: number }>>('GET', `/workflows/${id}/versions`);
  const numbers = items.map(({ version }) => version).reverse();
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  expect(numbers.length).toBeGreaterThan(1);
});

test('versions are compared by meaning', async () => {
  const id = await published(ada);
  const next = addOne('input.n + 2');
  (next.nodes[0] as { position: object }).position = { x: 7, y: 7 };
  await publishNext(ada, id, next);
  const change = {
    id: 'add',
    changes: [{ path: 'data.output.sum', before: 'input.n + 1', after: 'input.n + 2' }],
  };
  const none = { added: [], removed: [], changed: [] };
  expect(await ada.must('GET', `/workflows/${id}/versions/2/diff`)).toEqual({
    nodes: { added: [], removed: [], changed: [change], moved: ['start'] },
    edges: none,
  });
  expect(await ada.must('GET', `/workflows/${id}/versions/1/diff?against=1`)).toMatchObject({ edges: none });
  expect(await ada.must('GET', `/workflows/${id}/versions/1/diff`)).toMatchObject({
    nodes: { added: ['start', 'add'] },
    edges: { added: [{ source: 'start', sourceHandle: 'out', target: 'add' }] },
  });
  for (const query of ['against=9', 'against=-1', 'against=x', 'against=1&x=1']) {
    const [status] = await refusal(ada, 'GET', `/workflows/${id}/versions/2/diff?${query}`);
    expect([query, status]).toEqual([query, query === 'against=9' ? 404 : 422]);
  }
});

test('a rollback publishes the old graph as a new version and leaves the draft', async () => {
  const id = await published(ada);
  await publishNext(ada, id, addOne('input.n + 2'));
  const { hash } = await ada.must<{ hash: string }>('GET', `/workflows/${id}/versions/1`);
  expect(await ada.must('POST', `/workflows/${id}/rollback`, { version: 1 })).toEqual({ version: 3, hash });
  expect(await ada.must('POST', `/workflows/${id}/rollback`, { version: 3 })).toEqual({ version: 3, hash });
  expect(await ada.must('GET', `/workflows/${id}/versions/3`)).toMatchObject({ rolledBackTo: 1 });
  expect((await draftOf(id)).body).toEqual(addOne('input.n + 2'));
  expect(await refusal(ada, 'POST', `/workflows/${id}/rollback`, { version: 9 })).toEqual([
    404,
    'version_not_found',
  ]);
  for (const body of [{}, { version: 0 }, { version: '1' }, { version: 1.5 }])
    expect(await refusal(ada, 'POST', `/workflows/${id}/rollback`, body)).toEqual([422, 'invalid_request']);
  const audited = await api.database.auditEvent.findMany({
    where: { targetId: id },
    orderBy: { id: 'asc' },
  });
  expect(audited.map(({ action }) => action)).toEqual([
    'workflow_published',
    'workflow_published',
    'workflow_rolled_back',
  ]);
});

test('students read and run workflows; they do not change them', async () => {
  const owner = await newPerson(api.url, 'Owner');
  const id = await published(owner);
  const sam = await colleague(api, owner, 'Sam', 'student');
  expect(await sam.must('GET', `/workflows/${id}`)).toMatchObject({ id });
  expect(await sam.must('POST', `/workflows/${id}/validate`, {})).toMatchObject({ valid: true });
  const forbidden = [403, 'forbidden'];
  expect(await refusal(sam, 'PATCH', `/workflows/${id}`, { name: 'Mine' })).toEqual(forbidden);
  expect(await refusal(sam, 'DELETE', `/workflows/${id}`)).toEqual(forbidden);
  expect(await refusal(sam, 'POST', `/workflows/${id}/publish`, {})).toEqual(forbidden);
  expect(await refusal(sam, 'POST', `/workflows/${id}/rollback`, { version: 1 })).toEqual(forbidden);
  expect(await refusal(sam, 'PUT', `/workflows/${id}/draft`, addOne(), { 'if-match': '*' })).toEqual(
    forbidden,
  );
  const workspace = { 'x-workspace-id': owner.workspaceId };
  expect(await refusal(sam, 'POST', '/workflows', { name: 'Mine' }, workspace)).toEqual(forbidden);
});

test('a workflow that would run itself is not published', async () => {
  const calls = (workflowId: string) => ({
    schemaVersion: 1,
    nodes: [
      { id: 'start', type: 'trigger', position: { x: 0, y: 0 }, data: {} },
      { id: 'sub', type: 'subworkflow', position: { x: 0, y: 0 }, data: { workflowId } },
    ],
    edges: [{ id: 'e1', source: 'start', target: 'sub' }],
  });
  const anything = { ...addOne('1'), nodes: addOne('1').nodes.map((node) => ({ ...node })) };
  (anything.nodes[0] as { data: object }).data = {};
  const inner = await published(ada, anything);
  const outer = await published(ada, calls(inner));
  await save(inner, calls(outer), '*');
  const reply = await ada.call<Validation>('POST', `/workflows/${inner}/publish`, {});
  expect(reply.body.problems.map(({ code }) => code)).toEqual(['recursive_workflow']);
});

test('the schema of graphs is public and may be cached; kinds and tools are listed', async () => {
  const schema = await api.call<Record<string, unknown>>('GET', '//schemas/graph.json');
  expect(schema.status).toBe(200);
  expect(schema.headers.get('cache-control')).toContain('max-age');
  expect(schema.body).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
  const { kinds, tools } = await ada.must<{ kinds: { kind: string }[]; tools: { name: string }[] }>(
    'GET',
    '/workflows/kinds',
  );
  expect(kinds.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['trigger', 'loop', 'human_input']));
  expect(tools.map(({ name }) => name).sort()).toEqual(['calculator', 'note']);
});

test('Idempotency-Key makes one workflow of two requests', async () => {
  const key = { 'idempotency-key': randomUUID() };
  const [one, two] = [
    await ada.call<WorkflowBody>('POST', '/workflows', { name: 'Once' }, key),
    await ada.call<WorkflowBody>('POST', '/workflows', { name: 'Once' }, key),
  ];
  expect(two.body.id).toBe(one.body.id);
});
