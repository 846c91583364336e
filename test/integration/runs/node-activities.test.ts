import { randomUUID } from 'node:crypto';
import { createNodeModelActivities } from '../../../activities/models/node-activities';
import { createOpenAIProvider } from '../../../activities/models/openai-provider';
import { createNodeCalls } from '../../../activities/runs/node-calls';
import { createSchemaChecker } from '../../../infra/json-schema/schema-checker';
import { roomChannel } from '../../../infra/relay/relay';
import { createPriceList } from '../../../infra/usage/prices';
import type {
  Claimed,
  ModelAnswerResult,
  ModelAnswerStep,
  NodeRouteResult,
} from '../../../workflows/contracts/run/activities';
import { startModelServer, type ModelServerFixture } from '../model-server/model-server-fixture';
import { startActivityWorker, type ActivityWorker } from './activity-worker';
import { openRunFixture, stepOf, type RunFixture, type TestRun } from './run-fixture';

let fixture: RunFixture;
let model: ModelServerFixture;
let worker: ActivityWorker;

beforeAll(async () => {
  fixture = openRunFixture();
  model = await startModelServer();
  const { database, relay, recorder, logger } = fixture;
  const activities = createNodeModelActivities({
    ...{ database, relay, logger },
    calls: createNodeCalls({ database, recorder, logger, schemas: createSchemaChecker() }),
    provider: createOpenAIProvider({ apiKey: 'offline', baseURL: `${model.url}/v1`, timeoutMs: 30_000 }),
    prices: createPriceList({ 'gpt-test': { input: 2, output: 10 } }),
    settings: { defaultModel: 'gpt-test', historyTokens: 2000, maxOutputTokens: 500, deltaIntervalMs: 20 },
  });
  worker = await startActivityWorker(activities);
});

afterAll(async () => {
  await worker.stop();
  await model.close();
  await fixture.close();
});

async function newCall(
  prompt: string,
  more: Partial<ModelAnswerStep> = {},
  inRoom = false,
): Promise<{ run: TestRun; step: ModelAnswerStep; agentId: string }> {
  const workspaceId = await fixture.newWorkspace();
  const roomId = inRoom ? await fixture.newRoom(workspaceId) : null;
  const agentId = await fixture.newAgent(workspaceId, { name: 'Ada' });
  const run = await fixture.newRun({ workspaceId, roomId });
  return { run, agentId, step: { agentId, prompt, withHistory: false, ...more } };
}

const claimed = <T>(...values: T[]): Claimed<T>[] => values.map((value) => ({ claim: randomUUID(), value }));

const answer = async (...args: unknown[]): Promise<ModelAnswerResult> =>
  (await worker.call<Claimed<ModelAnswerResult>>('answerNode', ...claimed(...args))).value;

const rowsOf = ({ runId }: TestRun) =>
  fixture.database.nodeRun.findMany({ where: { runId }, orderBy: { startedAt: 'asc' } });

async function log({ runId }: TestRun): Promise<string[]> {
  const events = await fixture.database.runEvent.findMany({ where: { runId }, orderBy: { seq: 'asc' } });
  return events.map(({ type }) => type);
}

test('an answer is recorded from its start to its end, with what it cost', async () => {
  const { run, step, agentId } = await newCall('[[reply: It is a comet. @Ben look]]', {
    transcript: [{ name: 'Ben', text: 'What is this?' }],
  });
  const result = await answer(stepOf(run), step);
  expect(result).toEqual({
    ...{ text: 'It is a comet. @Ben look', agentName: 'Ada', mentions: ['Ben'], complete: false },
  });
  const [row] = await rowsOf(run);
  expect(row).toMatchObject({
    ...{ key: 'answer', status: 'completed', output: result, input: { question: 1 }, handles: ['out'] },
    ...{ agentId, model: 'gpt-test', parentKey: null },
  });
  expect(Number(row?.costMicros)).toBe(2 * (row?.promptTokens ?? 0) + 10 * (row?.completionTokens ?? 0));
  expect(row?.completionTokens).toBeGreaterThan(0);
  expect(await log(run)).toEqual(['node.running', 'node.completed']);
});

test('the same call again is answered from the record, and not paid', async () => {
  const { run, step, agentId } = await newCall('Say hello');
  const first = await answer(stepOf(run), step);
  await fixture.database.agent.update({ where: { id: agentId }, data: { status: 'inactive' } });
  expect(await answer(stepOf(run), step)).toEqual(first);
  expect((await model.counts()).byKey[`${run.runId}/answer`]).toMatchObject({ started: 1 });
  expect(await log(run)).toEqual(['node.running', 'node.completed']);
});

test('calls of one node are rows of their own, and end nothing', async () => {
  const { run, step } = await newCall('Say hello');
  await answer(stepOf(run, { part: '1', final: null, input: null }), step);
  await answer(stepOf(run, { part: '2', final: null, input: null }), step);
  expect(await rowsOf(run)).toMatchObject([
    { key: 'answer#1', parentKey: 'answer', status: 'completed' },
    { key: 'answer#2', parentKey: 'answer', status: 'completed' },
  ]);
  expect(await log(run)).toEqual([]);
});

test('a call that fails is tried again, and the log says so', async () => {
  const { run, step } = await newCall(`[[fault: 500 times=1]] [[reply: fine ${randomUUID()}]]`);
  expect((await answer(stepOf(run), step)).text).toContain('fine');
  expect(await log(run)).toEqual(['node.running', 'node.retrying', 'node.completed']);
  expect(await rowsOf(run)).toMatchObject([{ status: 'completed', attempt: 2 }]);
});

test('the node’s own retry policy bounds the attempts', async () => {
  const { run, step } = await newCall(`[[fault: 500]] ${randomUUID()}`);
  const failure = await worker.failureOf(
    'answerNode',
    ...claimed<unknown>(stepOf(run, { maxAttempts: 2 }), step),
  );
  expect(failure).toMatchObject({ type: 'model_overloaded', nonRetryable: true });
  expect(await log(run)).toEqual(['node.running', 'node.retrying']);
  expect(await rowsOf(run)).toMatchObject([{ status: 'running', attempt: 2 }]);
});

test('JSON comes as its schema says, and a node’s output schema is held to', async () => {
  const schema = {
    type: 'object',
    properties: { topic: { type: 'string' } },
    required: ['topic'],
    additionalProperties: false,
  };
  const { run, step } = await newCall('What is it about?', { schema });
  expect(typeof ((await answer(stepOf(run), step)).json as { topic: unknown }).topic).toBe('string');

  const strict = await newCall('What is it about?', { schema });
  const outputSchema = { type: 'object', required: ['verdict'] };
  const failure = await worker.failureOf(
    'answerNode',
    ...claimed<unknown>(stepOf(strict.run, { outputSchema }), strict.step),
  );
  expect(failure).toMatchObject({ type: 'output_invalid', nonRetryable: true });
  // It was paid all the same.
  expect((await rowsOf(strict.run))[0]?.completionTokens).toBeGreaterThan(0);
});

test('an answer for the room is streamed there like those of turns', async () => {
  const messageId = randomUUID();
  const { run, step, agentId } = await newCall('[[tokens: 20]]', { messageId, withHistory: true }, true);
  const { text } = await answer(stepOf(run), step);
  const { newest } = await fixture.relay.tail(roomChannel(run.roomId ?? ''), 100);
  const frames = newest.map(({ frame }) => JSON.parse(frame) as { type: string; text?: string });
  expect(frames[0]).toMatchObject({
    ...{
      type: 'turn.speaker',
      turnId: run.runId,
      messageId,
      author: { kind: 'agent', id: agentId, name: 'Ada' },
    },
  });
  expect(frames.slice(1).every(({ type }) => type === 'message.delta')).toBe(true);
  expect(
    frames
      .map((frame) => frame.text ?? '')
      .join('')
      .trim(),
  ).toBe(text);
});

test('text that no message comes of is void', async () => {
  const messageId = randomUUID();
  const { run, step } = await newCall(`[[fault: cut-off]] [[tokens: 20]]`, { messageId }, true);
  const failure = await worker.failureOf(
    'answerNode',
    ...claimed<unknown>(stepOf(run, { maxAttempts: 2 }), step),
  );
  expect(failure.type).toBe('model_cut_off');
  const { newest } = await fixture.relay.tail(roomChannel(run.roomId ?? ''), 100);
  const frames = newest.map(({ frame }) => JSON.parse(frame) as { type: string; attempt?: number });
  expect(frames.filter(({ type }) => type === 'message.reset').map(({ attempt }) => attempt)).toEqual([2, 0]);
  expect(frames.at(-1)).toMatchObject({ type: 'message.reset', messageId, attempt: 0 });
});

test('an agent of another workspace, or that is not active, is missing', async () => {
  const { run, step, agentId } = await newCall('Hello');
  const foreign = await fixture.newAgent(await fixture.newWorkspace());
  const failure = await worker.failureOf(
    'answerNode',
    ...claimed<unknown>(stepOf(run), { ...step, agentId: foreign }),
  );
  expect(failure).toMatchObject({ type: 'agent_missing', nonRetryable: true });
  await fixture.database.agent.update({ where: { id: agentId }, data: { status: 'inactive' } });
  expect(await worker.failureOf('answerNode', ...claimed<unknown>(stepOf(run), step))).toMatchObject({
    type: 'agent_missing',
  });
});

test('the router picks one of the agents or nobody', async () => {
  const { run, agentId } = await newCall('');
  const other = await fixture.newAgent(run.workspaceId, { name: 'Ben' });
  const step = { candidates: [{ agentId }, { agentId: other }], prompt: 'Find a title', transcript: [] };
  const node = stepOf(run, { part: '1/route', final: null, input: null });
  const first = await worker.call<NodeRouteResult>('routeNode', ...claimed<unknown>(node, step));
  expect([agentId, other, null]).toContain(first.agentId);
  expect(await worker.call('routeNode', ...claimed<unknown>(node, step))).toEqual(first);
  expect((await model.counts()).byKey[`${run.runId}/answer#1/route`]).toMatchObject({ started: 1 });
});
