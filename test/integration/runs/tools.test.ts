import { createNodeCalls } from '../../../activities/runs/node-calls';
import { builtInTools, builtInToolSpecs } from '../../../activities/tools';
import { createToolActivities } from '../../../activities/tools/tool-activities';
import { createSchemaChecker } from '../../../infra/json-schema/schema-checker';
import type { Claimed, NodeStep, ToolResult } from '../../../workflows/contracts/run/activities';
import { startActivityWorker, type ActivityWorker } from './activity-worker';
import { openRunFixture, stepOf, type RunFixture, type TestRun } from './run-fixture';

let fixture: RunFixture;
let worker: ActivityWorker;

beforeAll(async () => {
  fixture = openRunFixture();
  const { database, recorder, events, logger } = fixture;
  const schemas = createSchemaChecker();
  worker = await startActivityWorker(
    createToolActivities({
      ...{ database, events, schemas, tools: builtInTools },
      calls: createNodeCalls({ database, recorder, logger, schemas }),
    }),
  );
});

afterAll(async () => {
  await worker.stop();
  await fixture.close();
});

const nodeOf = (run: TestRun, nodeKey = 'tool'): NodeStep =>
  stepOf(run, { nodeKey, nodeId: nodeKey, kind: 'tool', label: 'Notes' });

const claimed = (node: NodeStep): Claimed<NodeStep> => ({ claim: node.runId, value: node });

const call = async (node: NodeStep, tool: string, input: object): Promise<unknown> => {
  const { value } = await worker.call<Claimed<ToolResult>>('callTool', claimed(node), tool, {
    claim: node.runId,
    value: input,
  });
  return value.output;
};

const failureOf = (node: NodeStep, tool: string, input: object) =>
  worker.failureOf('callTool', claimed(node), tool, { claim: node.runId, value: input });

const notesOf = (where: object) =>
  fixture.database.artifact.findMany({ where, include: { versions: { orderBy: { version: 'asc' } } } });

test('the calculator works out expressions, and its node is recorded', async () => {
  const run = await fixture.newRun();
  expect(await call(nodeOf(run), 'calculator', { expression: '(2 + 3) * 4 ^ 2' })).toEqual({ result: 80 });
  const row = await fixture.database.nodeRun.findFirstOrThrow({ where: { runId: run.runId } });
  expect(row).toMatchObject({ status: 'completed', output: { result: 80 }, handles: ['out'] });
});

test.each([
  ['1 / 0', 'tool_failed'],
  ['process.exit()', 'tool_failed'],
  ['', 'tool_input_invalid'],
  ['1'.repeat(1001), 'tool_input_invalid'],
])('the calculator refuses %j with %s', async (expression, type) => {
  const run = await fixture.newRun();
  expect(await failureOf(nodeOf(run), 'calculator', { expression })).toMatchObject({
    type,
    nonRetryable: true,
  });
});

test('a tool that there is not is missing', async () => {
  const run = await fixture.newRun();
  expect(await failureOf(nodeOf(run), 'constructor', {})).toMatchObject({ type: 'tool_missing' });
});

test('notes of one title gather in one artifact of the room, a version each', async () => {
  const workspaceId = await fixture.newWorkspace();
  const roomId = await fixture.newRoom(workspaceId);
  const runs = [await fixture.newRun({ workspaceId, roomId }), await fixture.newRun({ workspaceId, roomId })];
  await Promise.all(
    runs.flatMap((run) =>
      ['a', 'b'].map((key) => call(nodeOf(run, key), 'note', { title: 'Findings', text: key })),
    ),
  );
  const [note, ...others] = await notesOf({ roomId });
  expect(others).toEqual([]);
  expect(note).toMatchObject({ title: 'Findings', version: 4 });
  expect(note?.versions.at(-1)?.content.split('\n\n').sort()).toEqual(['a', 'a', 'b', 'b']);
  expect(note?.versions[0]).toMatchObject({
    authorKind: 'system',
    authorName: 'Notes',
    contentType: 'text/markdown',
  });
});

test('the same call writes once, even when its record was lost', async () => {
  const run = await fixture.newRun();
  const first = await call(nodeOf(run), 'note', { title: 'T', text: 'x' });
  await fixture.database.nodeRun.deleteMany({ where: { runId: run.runId } });
  expect(await call(nodeOf(run), 'note', { title: 'T', text: 'x' })).toEqual(first);
  expect(await notesOf({ runId: run.runId })).toMatchObject([{ version: 1, roomId: null }]);
});

test('notes of headless runs stay apart', async () => {
  const workspaceId = await fixture.newWorkspace();
  const runs = [await fixture.newRun({ workspaceId }), await fixture.newRun({ workspaceId })];
  for (const run of runs) await call(nodeOf(run), 'note', { title: 'T', text: 'x' });
  expect(await notesOf({ workspaceId })).toHaveLength(2);
});

test('a note that is full takes no more', async () => {
  const run = await fixture.newRun();
  const text = 'x'.repeat(50_000);
  for (let part = 0; part < 9; part += 1)
    await call(nodeOf(run, `n${String(part)}`), 'note', { title: 'T', text });
  expect(await failureOf(nodeOf(run, 'last'), 'note', { title: 'T', text })).toMatchObject({
    type: 'tool_failed',
  });
});

test('every tool’s schemas are valid', () => {
  const schemas = createSchemaChecker();
  for (const { inputSchema, outputSchema } of builtInToolSpecs)
    expect([schemas.checkSchema(inputSchema), schemas.checkSchema(outputSchema)]).toEqual([null, null]);
});
