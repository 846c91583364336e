import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { createRunRecorder, type RunRecorder } from '../../../activities/runs/run-recorder';
import { startQueuedFirings } from '../../../activities/triggers/queued-firings';
import { createDatabase, type Database } from '../../../infra/database/client';
import { createLogger } from '../../../infra/logger/logger';
import { createRedis } from '../../../infra/redis/client';
import { createRedisRelay } from '../../../infra/relay/redis-relay';
import type { Relay } from '../../../infra/relay/relay';
import { createTemporalClient } from '../../../infra/temporal/client';
import type { RunGateway } from '../../../infra/temporal/run-gateway';
import { createRunGateway } from '../../../infra/temporal/temporal-run-gateway';
import { createTriggerGateway } from '../../../infra/temporal/temporal-trigger-gateway';
import { createWebhookGateway } from '../../../infra/temporal/temporal-webhook-gateway';
import type { TriggerGateway } from '../../../infra/temporal/trigger-gateway';
import type { WebhookGateway } from '../../../infra/temporal/webhook-gateway';
import { createEventSender, type EventSender } from '../../../infra/triggers/event-sender';
import type { CompiledGraph } from '../../../workflows/contracts/graph/compiled';
import type { NodeStep } from '../../../workflows/contracts/run/activities';
import type { Prisma } from '../../../prisma/generated/client';

/** The servers of the test run, and runs to try things on. */
export interface RunFixture {
  database: Database;
  relay: Relay;
  redis: ReturnType<typeof createRedis>;
  recorder: RunRecorder;
  client: ReturnType<typeof createTemporalClient>;
  runs: RunGateway;
  triggers: TriggerGateway;
  webhooks: WebhookGateway;
  events: EventSender;
  logger: ReturnType<typeof createLogger>;
  newWorkspace(): Promise<string>;
  newRoom(workspaceId: string): Promise<string>;
  /** A published workflow; version 1. */
  newWorkflow(workspaceId: string, graph?: Partial<CompiledGraph>): Promise<string>;
  newAgent(
    workspaceId: string,
    agent?: { name?: string; instructions?: string; model?: string },
  ): Promise<string>;
  newRun(more?: Partial<Prisma.RunUncheckedCreateInput>): Promise<TestRun>;
  close(): Promise<void>;
}

export interface TestRun {
  runId: string;
  workspaceId: string;
  roomId: string | null;
}

/** @param databaseUrl default: the database of the test run. */
export function openRunFixture(databaseUrl = process.env.DATABASE_URL ?? ''): RunFixture {
  const database = createDatabase(databaseUrl, 10);
  const redis = createRedis(process.env.REDIS_URL ?? '');
  const relay = createRedisRelay(redis, { streamLength: 1000 });
  const logger = createLogger('test', 'silent');
  const client = createTemporalClient({ address: process.env.TEMPORAL_ADDRESS ?? '', namespace: 'default' });
  const runs = createRunGateway(client);
  const triggers = createTriggerGateway(client);
  const webhooks = createWebhookGateway(client, logger);
  const events = createEventSender({ database, triggers, logger });

  async function newWorkspace(): Promise<string> {
    const { id } = await database.workspace.create({ data: { slug: randomUUID(), name: 'W' } });
    return id;
  }

  return {
    ...{ database, redis, relay, logger, client, runs, triggers, webhooks, events },
    recorder: createRunRecorder({
      ...{ database, relay, events, webhooks, logger },
      policyRunEnded(policyId) {
        // It may be under way when the servers are let go of.
        startQueuedFirings({ database, relay, runs, logger }, policyId).catch((error: unknown) => {
          logger.warn({ error, policyId }, 'Queued firings were not looked at');
        });
      },
    }),
    newWorkspace,
    newRoom: async (workspaceId) => {
      const { id } = await database.room.create({ data: { workspaceId, name: 'Lab' } });
      return id;
    },
    newWorkflow: async (workspaceId, graph = {}) => {
      const { id } = await database.workflow.create({
        data: {
          workspaceId,
          name: 'Flow',
          draft: {},
          publishedVersion: 1,
          versions: {
            create: {
              version: 1,
              graph: {},
              compiled: { ...emptyGraph, ...graph } as unknown as Prisma.InputJsonValue,
              hash: 'h',
            },
          },
        },
      });
      return id;
    },
    newAgent: async (workspaceId, { name = randomUUID(), instructions = 'You are patient.', model } = {}) => {
      const { id } = await database.agent.create({
        data: {
          ...{ workspaceId, name },
          versions: { create: { version: 1, instructions, ...(model === undefined ? {} : { model }) } },
        },
      });
      return id;
    },
    newRun: async (more = {}) => {
      const id = randomUUID();
      const workspaceId = more.workspaceId ?? (await newWorkspace());
      const run = await database.run.create({
        data: {
          ...{
            id,
            workspaceId,
            kind: 'workflow',
            status: 'running',
            temporalId: `run:${id}`,
            triggerType: 'api',
          },
          ...more,
        },
      });
      return { runId: id, workspaceId, roomId: run.roomId };
    },
    close: async () => {
      redis.disconnect();
      await client.connection.close();
      await database.$disconnect();
    },
  };
}

export const emptyGraph: CompiledGraph = {
  format: 1,
  deadlineSeconds: 60,
  concurrency: 10,
  inputSchema: null,
  output: null,
  root: { nodes: [] },
  cleanup: null,
  uses: { agents: [], tools: [], workflows: [] },
};

export const stepOf = (run: TestRun, more: Partial<NodeStep> = {}): NodeStep => ({
  ...run,
  ...{
    nodeKey: 'answer',
    nodeId: 'answer',
    kind: 'agent',
    label: 'Answer',
    part: '',
    input: { question: 1 },
  },
  ...{ final: { handles: ['out'] }, outputSchema: null, maxAttempts: null },
  ...more,
});

/** Ends a workflow on a queue that workers of other tests may serve too: then it may have ended by itself. */
export async function terminate(handle: WorkflowHandle): Promise<void> {
  await handle.terminate().catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  });
}
