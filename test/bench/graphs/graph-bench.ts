import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { builtInToolSpecs } from '../../../activities/tools';
import { createDatabase } from '../../../infra/database/client';
import { createSchemaChecker } from '../../../infra/json-schema/schema-checker';
import { createClaimCheck } from '../../../infra/temporal/claim-check';
import { createTemporalClient } from '../../../infra/temporal/client';
import { createRunGateway } from '../../../infra/temporal/temporal-run-gateway';
import type { Prisma } from '../../../prisma/generated/client';
import type { Catalogue } from '../../../workflows/contracts/graph/catalogue';
import type { GraphDocument } from '../../../workflows/contracts/graph/document';
import { runWorkflowId } from '../../../workflows/contracts/run/run';
import { compileGraph } from '../../../workflows/graph/compile';
import { validateGraph } from '../../../workflows/graph/validate';
import { openRunStarts } from '../../support/graphs/run-starts';
import { bareGraphQueue } from '../bare/graph-queue';
import type { BareGraphInput } from '../bare/graph-workflow';
import { startNode } from '../node-process';
import type { Servers } from '../servers';
import { expression } from './shapes';

/** One run, from its start to its result. */
export interface TimedRun {
  ms: number;
  /** Events in its history. */
  events: number;
}

/** Runs graphs headless, and bare workflows that make the same calls of the same worker. */
export interface GraphBench {
  /** Publishes a graph. @returns runs it. */
  prepare(graph: GraphDocument): Promise<() => Promise<TimedRun>>;
  runBare(type: 'bareFanOut' | 'bareChain', nodes: number): Promise<TimedRun>;
  stop(): Promise<void>;
}

const patienceMs = 60_000;

export async function startGraphBench(servers: Servers, profileFolder?: string): Promise<GraphBench> {
  const { temporal, databaseUrl, folder } = servers;
  const worker = await startNode({
    name: 'bare-graph-worker',
    script: 'test/bench/bare/graph-worker.ts',
    args: [temporal.address, temporal.namespace],
    folder,
    profileFolder,
  });
  const database = createDatabase(databaseUrl, 2);
  const client = createTemporalClient(temporal, [createClaimCheck(database)]);
  const gateway = createRunGateway(client);
  /** When the run was handed to Temporal; its row is stored by then, like that of a bare workflow. */
  let handedOver = 0;
  const { starts, close } = openRunStarts({
    ...{ database, client, redisUrl: servers.redisUrl, env: servers.env },
    runs: {
      ...gateway,
      start(run) {
        handedOver = performance.now();
        return gateway.start(run);
      },
    },
  });
  const { id: workspaceId } = await database.workspace.create({
    data: { slug: randomUUID(), name: 'Graphs' },
  });

  const initiatorId = randomUUID();

  /** For the records of a bare workflow's calls. */
  async function storeRun(): Promise<string> {
    const id = randomUUID();
    const stored = { id, workspaceId, kind: 'workflow', temporalId: runWorkflowId(id), triggerType: 'api' };
    await database.run.create({ data: { ...stored, status: 'running', input: {} } });
    return id;
  }

  return {
    async prepare(graph) {
      const compiled = compileChecked(graph);
      const workflowName = 'Bench';
      const { id: workflowId } = await database.workflow.create({
        data: {
          ...{ workspaceId, name: workflowName, publishedVersion: 1 },
          draft: graph as unknown as Prisma.InputJsonValue,
          versions: {
            create: {
              version: 1,
              graph: graph as unknown as Prisma.InputJsonValue,
              compiled: compiled as unknown as Prisma.InputJsonValue,
              hash: randomUUID(),
            },
          },
        },
      });
      return async () => {
        const runId = await starts.start({
          runnable: { workspaceId, workflowId, workflowName, version: 1, graph: compiled },
          ...{ payload: {}, triggerType: 'api', initiatorId, roomId: null, sessionId: null },
        });
        const result = await gateway.result(runId, patienceMs);
        const took = performance.now() - handedOver;
        if (result?.status !== 'completed')
          throw new Error(`A run was ${JSON.stringify(result?.error ?? result)}.`);
        return { ms: took, events: await eventsOf(client, runWorkflowId(runId)) };
      };
    },
    async runBare(type, nodes) {
      const runId = await storeRun();
      const workflowId = `bare-graph:${runId}`;
      const input: BareGraphInput = { runId, workspaceId, nodes, expression };
      const begun = performance.now();
      const handle = await client.workflow.start(type, {
        ...{ workflowId, taskQueue: bareGraphQueue, args: [input] },
      });
      await handle.result();
      return { ms: performance.now() - begun, events: await eventsOf(client, workflowId) };
    },
    async stop() {
      await worker.stop();
      close();
      await Promise.all([database.$disconnect(), client.connection.close()]);
    },
  };
}

const catalogue: Catalogue = {
  workflowId: null,
  agents: new Map(),
  tools: new Map(builtInToolSpecs.map((spec) => [spec.name, spec])),
  workflows: new Map(),
};

function compileChecked(graph: GraphDocument): ReturnType<typeof compileGraph> {
  const problems = validateGraph(graph, catalogue, createSchemaChecker());
  if (problems.length > 0) throw new Error(`The graph has problems: ${JSON.stringify(problems.slice(0, 3))}`);
  return compileGraph(graph, catalogue);
}

async function eventsOf(client: Client, workflowId: string): Promise<number> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return events?.length ?? 0;
}
