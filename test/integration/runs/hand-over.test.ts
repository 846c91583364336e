import { randomUUID } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import { openRun } from '../../../activities/runs/open-run';
import { builtInTools } from '../../../activities/tools';
import type { NewRun } from '../../../apps/api/runs/new-run';
import { findRunnable } from '../../../apps/api/runs/runnable';
import { loadSettings } from '../../../infra/config/load-settings';
import { createSchemaChecker } from '../../../infra/json-schema/schema-checker';
import type { Claimed, OpenedRun } from '../../../workflows/contracts/run/activities';
import type { CompiledGraph } from '../../../workflows/contracts/graph/compiled';
import { runWorkflowId } from '../../../workflows/contracts/run/run';
import { eventually } from '../../support/eventually';
import { openRunStarts, type OpenRunStarts } from '../../support/graphs/run-starts';
import { openRunFixture, terminate, type RunFixture } from './run-fixture';

let fixture: RunFixture;
let workspaceId: string;
let opening: OpenRunStarts;

beforeAll(async () => {
  fixture = openRunFixture();
  const { database, client, runs } = fixture;
  opening = openRunStarts({ database, client, runs, redisUrl: process.env.REDIS_URL ?? '', env: {} });
  workspaceId = await fixture.newWorkspace();
});

afterAll(async () => {
  opening.close();
  await fixture.close();
});

const { MODEL_TIMEOUT_SECONDS: modelSeconds, TOOL_TIMEOUT_SECONDS: toolSeconds } = loadSettings({});

/** Starts a run as the API does. @returns its id, and the arguments of its workflow, which nobody executes. */
async function start(graph: Partial<CompiledGraph>, run: Partial<NewRun> = {}) {
  const { database, client } = fixture;
  const workflowId = await fixture.newWorkflow(workspaceId, graph);
  const runnable = await findRunnable(database, { workspaceId, workflowId }, null);
  const of = { triggerType: 'api' as const, initiatorId: randomUUID(), roomId: null, sessionId: null };
  const runId = await opening.starts.start({ runnable, payload: null, ...of, ...run });
  const handle = client.workflow.getHandle(runWorkflowId(runId));
  const { events } = await handle.fetchHistory();
  await terminate(handle);
  const { payloads } = events?.[0]?.workflowExecutionStartedEventAttributes?.input ?? {};
  const args = (payloads ?? []).map((payload) => defaultPayloadConverter.fromPayload<unknown>(payload));
  return { runId, args };
}

test.each<[string, () => Promise<Partial<NewRun>>]>([
  ['headless', () => Promise.resolve({ payload: { n: [1] }, sessionId: 's1' })],
  ['without a payload', () => Promise.resolve({})],
  ['of a task', () => Promise.resolve({ triggerType: 'task', payload: 'text' })],
  ['in a room', async () => ({ payload: {}, roomId: await fixture.newRoom(workspaceId) })],
])('the workflow of a run %s is handed what it would read from the row', async (_what, run) => {
  const { database, recorder, logger } = fixture;
  const agentId = await fixture.newAgent(workspaceId);
  const uses = { agents: [agentId], tools: ['calculator'], workflows: [] };
  const { runId, args } = await start({ uses }, await run());
  expect(args).toHaveLength(3);
  const row = await eventually(
    'it is marked as running',
    async () => {
      const found = await database.run.findUniqueOrThrow({ where: { id: runId } });
      return found.status === 'running' && found;
    },
    45,
  );
  const read = await openRun(runId, {
    ...{ database, recorder, logger, schemas: createSchemaChecker() },
    ...{ tools: new Set(builtInTools.keys()), limits: { modelSeconds, toolSeconds } },
  });
  expect(args[2]).toEqual({ claim: runId, value: read } satisfies Claimed<OpenedRun>);
  expect(row.startedAt.toISOString()).toBe(read.startedAt);
  expect(row.startedAt.getTime()).toBeGreaterThanOrEqual(row.createdAt.getTime());
});

test.each<[string, () => Promise<[Partial<CompiledGraph>, Partial<NewRun>]>]>([
  [
    'an agent is gone',
    () => Promise.resolve([{ uses: { agents: [randomUUID()], tools: [], workflows: [] } }, {}]),
  ],
  ['it takes over outcomes', () => Promise.resolve([{}, { triggerType: 'fork', more: { depth: 1 } }])],
])('when %s the workflow reads the row itself', async (_why, given) => {
  const { runId, args } = await start(...(await given()));
  expect(args).toHaveLength(1);
  const { status } = await fixture.database.run.findUniqueOrThrow({ where: { id: runId } });
  expect(status).toBe('queued');
});
