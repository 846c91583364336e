import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { builtInToolSpecs } from '../../../activities/tools';
import { findRunnable } from '../../../apps/api/runs/runnable';
import { createDatabase, type Database } from '../../../infra/database/client';
import { createSchemaChecker } from '../../../infra/json-schema/schema-checker';
import { createClaimCheck } from '../../../infra/temporal/claim-check';
import { createTemporalClient } from '../../../infra/temporal/client';
import type { RunGateway } from '../../../infra/temporal/run-gateway';
import { createRunGateway } from '../../../infra/temporal/temporal-run-gateway';
import type { Prisma } from '../../../prisma/generated/client';
import type { Catalogue } from '../../../workflows/contracts/graph/catalogue';
import type { GraphDocument, Json } from '../../../workflows/contracts/graph/document';
import type { DecideResult } from '../../../workflows/contracts/run/approvals';
import { runWorkflowId } from '../../../workflows/contracts/run/run';
import { compileGraph } from '../../../workflows/graph/compile';
import { validateGraph } from '../../../workflows/graph/validate';
import { eventually } from '../eventually';
import { startOwnTemporal } from '../own-temporal';
import { patient } from '../patient';
import { startProcess, type ProductProcess } from '../processes';
import { openRunStarts } from './run-starts';

/** A worker of the product with a Temporal and a model server of its own, and a workspace to run graphs in. */
export interface RunFixture {
  readonly database: Database;
  readonly client: Client;
  readonly gateway: RunGateway;
  readonly workspaceId: string;
  readonly modelUrl: string;
  /** Environment of its processes; for starting more of them. */
  readonly env: Record<string, string>;
  worker: ProductProcess;
  startWorker(): Promise<ProductProcess>;
  newAgent(name?: string): Promise<string>;
  newRoom(): Promise<string>;
  /** Publishes a graph that has no errors, as a new workflow, or as the next version of one. */
  publish(graph: GraphDocument, workflowId?: string): Promise<string>;
  /** Starts a run from its row alone. */
  start(workflowId: string, run?: Partial<Prisma.RunUncheckedCreateInput>): Promise<string>;
  /** Publishes, and starts as the API does. */
  run(graph: GraphDocument, input?: Json): Promise<string>;
  ended(runId: string, seconds?: number): Promise<EndedRun>;
  /** Publishes, starts and waits for the end. */
  play(graph: GraphDocument, input?: Json): Promise<EndedRun>;
  /** The approval that waits at a node. */
  asked(runId: string, nodeKey?: string): Promise<string>;
  decide(runId: string, approvalId: string, action?: string, userId?: string): Promise<DecideResult>;
  /** Calls that the model finished, by idempotency key. */
  modelCalls(): Promise<Record<string, number>>;
  /** How long the model thinks, in milliseconds. */
  setLatency(ms: number): Promise<void>;
  stop(): Promise<void>;
}

export interface EndedRun {
  runId: string;
  status: string;
  output: Json;
  error: { code: string; detail: string; nodeKey?: string } | null;
  /** By key. */
  nodes: Record<string, { status: string; output: Json; attempt: number; error: { code: string } | null }>;
  /** `type nodeKey`, in order. */
  events: string[];
}

export interface RunFixtureOptions {
  /** Of Temporal. */
  dynamicConfig?: Record<string, number>;
  env?: Record<string, string>;
}

export async function openRunFixture({
  dynamicConfig = {},
  env: more = {},
}: RunFixtureOptions = {}): Promise<RunFixture> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'coagent-runs-'));
  const [temporal, model] = await Promise.all([
    startOwnTemporal(dataDir, dynamicConfig),
    startProcess('model-server', {}, ['--port', '0', '--host', '127.0.0.1']),
  ]);
  const modelUrl = String(model.hello.listening);
  const env = {
    ...{ NODE_ENV: 'test', LOG_LEVEL: 'info', DATA_DIR: dataDir, OPENAI_API_KEY: 'offline' },
    ...{ OPENAI_BASE_URL: `${modelUrl}/v1`, TEMPORAL_ADDRESS: temporal.url },
    ...more,
  };
  const started: ProductProcess[] = [];
  const startWorker = async (): Promise<ProductProcess> => {
    const worker = await startProcess('worker', env);
    started.push(worker);
    return worker;
  };
  const worker = await startWorker();
  const database = createDatabase(process.env.DATABASE_URL ?? '', 10);
  const codec = createClaimCheck(database);
  const client = createTemporalClient({ address: temporal.url, namespace: 'default' }, [codec]);
  const gateway = patient(createRunGateway(client));
  const redisUrl = process.env.REDIS_URL ?? '';
  const { starts, close } = openRunStarts({ database, client, runs: gateway, redisUrl, env });
  const schemas = createSchemaChecker();
  const { id: workspaceId } = await database.workspace.create({ data: { slug: randomUUID(), name: 'W' } });

  const fixture: RunFixture = {
    ...{ database, client, gateway, workspaceId, modelUrl, env, worker, startWorker },

    async newAgent(name = `A${randomUUID().slice(0, 8)}`) {
      const { id } = await database.agent.create({
        data: { workspaceId, name, versions: { create: { version: 1, instructions: 'You are brief.' } } },
      });
      return id;
    },

    async newRoom() {
      const { id } = await database.room.create({ data: { workspaceId, name: 'Lab' } });
      return id;
    },

    async publish(graph, workflowId) {
      const id = workflowId ?? randomUUID();
      const catalogue = await catalogueOf(id);
      const errors = validateGraph(graph, catalogue, schemas).filter(({ severity }) => severity === 'error');
      if (errors.length > 0) throw new Error(JSON.stringify(errors));
      const draft = graph as unknown as Prisma.InputJsonValue;
      const compiled = compileGraph(graph, catalogue) as unknown as Prisma.InputJsonValue;
      await database.workflow.upsert({
        where: { id },
        create: { id, workspaceId, name: 'Flow', draft, publishedVersion: 1 },
        update: { publishedVersion: { increment: 1 } },
      });
      const { publishedVersion } = await database.workflow.findUniqueOrThrow({ where: { id } });
      const version = publishedVersion ?? 1;
      await database.workflowVersion.create({
        data: { workflowId: id, version, graph: draft, compiled, hash: randomUUID() },
      });
      return id;
    },

    async start(workflowId, run = {}) {
      const runId = run.id ?? randomUUID();
      const { publishedVersion } = await database.workflow.findUniqueOrThrow({ where: { id: workflowId } });
      const version = run.version ?? publishedVersion ?? 1;
      await database.run.create({
        data: {
          ...{ id: runId, workspaceId, workflowId, version, kind: 'workflow', status: 'queued' },
          ...{ temporalId: runWorkflowId(runId), triggerType: 'api', input: {} },
          ...run,
        },
      });
      await gateway.start({
        ...{ runId, workspaceId, roomId: run.roomId ?? null, workflowId, version },
        ...{ triggerType: 'api', initiator: 'test', workflowName: 'Flow' },
      });
      return runId;
    },

    async run(graph, payload = {}) {
      const workflowId = await fixture.publish(graph);
      const runnable = await findRunnable(database, { workspaceId, workflowId }, null);
      const of = { triggerType: 'api' as const, initiatorId: randomUUID(), roomId: null, sessionId: null };
      return starts.start({ runnable, payload, ...of });
    },

    async ended(runId, seconds = 45) {
      const run = await eventually(
        `the end of run ${runId}`,
        async () => {
          const row = await database.run.findUniqueOrThrow({ where: { id: runId } });
          return row.endedAt && row;
        },
        seconds,
      );
      const nodes = await database.nodeRun.findMany({ where: { runId }, orderBy: { startedAt: 'asc' } });
      const events = await database.runEvent.findMany({ where: { runId }, orderBy: { seq: 'asc' } });
      return {
        runId,
        status: run.status,
        output: run.output as Json,
        error: run.error as EndedRun['error'],
        nodes: Object.fromEntries(
          nodes.map(({ key, status, output, attempt, error }) => [
            key,
            { status, output: output as Json, attempt, error: error as { code: string } | null },
          ]),
        ),
        events: events.map(({ type, data }) =>
          `${type} ${(data as { nodeKey?: string }).nodeKey ?? ''}`.trim(),
        ),
      };
    },

    play: async (graph, input) => fixture.ended(await fixture.run(graph, input)),

    asked: (runId, nodeKey) =>
      eventually(
        `the question of ${nodeKey ?? runId}`,
        async () => {
          const where = { runId, status: 'pending' as const, ...(nodeKey !== undefined && { nodeKey }) };
          return (await database.approval.findFirst({ where }))?.id;
        },
        45,
      ),

    decide: (runId, approvalId, action = 'approve', userId = randomUUID()) =>
      gateway.decide(runId, { approvalId, userId, name: 'Ann', action, data: null, comment: null }),

    async modelCalls() {
      const response = await fetch(`${modelUrl}/_admin/calls`);
      const { byKey } = (await response.json()) as { byKey: Record<string, { finished: number }> };
      return Object.fromEntries(Object.entries(byKey).map(([key, { finished }]) => [key, finished]));
    },

    async setLatency(ms) {
      await fetch(`${modelUrl}/_admin/latency`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ latencyMs: ms }),
      });
    },

    async stop() {
      await Promise.all([...started, model].map((each) => each.stop()));
      close();
      await client.connection.close();
      await temporal.stop();
      await database.$disconnect();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };

  async function catalogueOf(workflowId: string): Promise<Catalogue> {
    const agents = await database.agent.findMany({ where: { workspaceId } });
    const workflows = await database.workflow.findMany({
      where: { workspaceId },
      include: { versions: true },
    });
    return {
      workflowId,
      agents: new Map(agents.map(({ id, name }) => [id, { name }])),
      tools: new Map(builtInToolSpecs.map((spec) => [spec.name, spec])),
      workflows: new Map(
        workflows.map(({ id, name, publishedVersion, versions }) => [
          id,
          {
            name,
            latest: publishedVersion,
            versions: new Map(versions.map(({ version }) => [version, { depth: 0, reaches: [id] }])),
          },
        ]),
      ),
    };
  }

  return fixture;
}
