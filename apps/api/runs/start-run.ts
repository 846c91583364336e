import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../../infra/database/client';
import type { RunGateway } from '../../../infra/temporal/run-gateway';
import { Prisma } from '../../../prisma/generated/client';
import type { CompiledGraph } from '../../../workflows/contracts/graph/compiled';
import type { Json } from '../../../workflows/contracts/json';
import { runWorkflowId } from '../../../workflows/contracts/run/run';
import { requireFit } from '../graphs/schemas';
import { versionNotFound } from '../graphs/publish';
import { ApiError } from '../http/problems';

/** A version of a workflow that can be run. */
export interface Runnable {
  workspaceId: string;
  workflowId: string;
  workflowName: string;
  version: number;
  graph: CompiledGraph;
}

/**
 * @param version default: the one published last.
 * @throws ApiError `workflow_not_found`, `workflow_not_published`, `version_not_found`
 */
export async function findRunnable(
  db: Prisma.TransactionClient,
  where: { workspaceId: string; workflowId: string },
  version: number | null,
): Promise<Runnable> {
  const { workspaceId, workflowId } = where;
  const found = await db.workflow.findUnique({
    where: { id: workflowId, workspaceId, deletedAt: null },
    select: { name: true, publishedVersion: true },
  });
  if (found === null)
    throw new ApiError(
      'workflow_not_found',
      'There is no such workflow in the workspace, or it was deleted.',
    );
  const number = version ?? found.publishedVersion;
  if (number === null || found.publishedVersion === null)
    throw new ApiError('workflow_not_published', 'The workflow has not been published.');
  const row = await db.workflowVersion.findUnique({
    where: { workflowId_version: { workflowId, version: number } },
    select: { compiled: true },
  });
  if (row === null) throw versionNotFound(number);
  const graph = row.compiled as unknown as CompiledGraph;
  return { workspaceId, workflowId, workflowName: found.name, version: number, graph };
}

export interface NewRun {
  runnable: Runnable;
  /** What the run begins with; held to the graph's input schema. */
  payload: Json;
  /** What started it. */
  triggerType: 'api' | 'task' | 'fork' | 'retry';
  /** User id. */
  initiatorId: string;
  roomId: string | null;
  sessionId: string | null;
  taskId?: string;
  /** Further columns of the row. */
  more?: Partial<Prisma.RunUncheckedCreateInput>;
}

export interface RunStarts {
  /**
   * Stores the run, then starts it.
   * @param within what else has to be stored with it, in the same transaction.
   * @returns its id
   * @throws ApiError `invalid_request` when the payload does not fit; TemporalUnavailableError: nothing is left behind
   */
  start(
    run: NewRun,
    within?: (tx: Prisma.TransactionClient, runId: string) => Promise<void>,
  ): Promise<string>;
}

export function createRunStarts({ database, runs }: { database: Database; runs: RunGateway }): RunStarts {
  return {
    async start(run, within) {
      const { workspaceId, workflowId, workflowName, version, graph } = run.runnable;
      const { triggerType, initiatorId, roomId } = run;
      requireFit(graph.inputSchema, run.payload, 'body.payload');
      const runId = uuidv7();
      await database.$transaction(async (tx) => {
        await tx.run.create({ data: { ...rowOf(run, runId), ...run.more } });
        await within?.(tx, runId);
      });
      try {
        await runs.start({
          runId,
          workspaceId,
          roomId,
          workflowId,
          version,
          triggerType,
          initiator: initiatorId,
          workflowName,
        });
      } catch (error) {
        // A run that has begun after all goes on.
        const { count } = await database.run.deleteMany({ where: { id: runId, status: 'queued' } });
        if (count > 0) throw error;
      }
      return runId;
    },
  };
}

function rowOf(run: NewRun, id: string): Prisma.RunUncheckedCreateInput {
  const { runnable, payload, triggerType, initiatorId, roomId, sessionId, taskId } = run;
  return {
    id,
    workspaceId: runnable.workspaceId,
    workflowId: runnable.workflowId,
    version: runnable.version,
    kind: 'workflow',
    status: 'queued',
    temporalId: runWorkflowId(id),
    triggerType,
    initiatorId,
    roomId,
    sessionId,
    taskId: taskId ?? null,
    input: payload ?? Prisma.JsonNull,
  };
}
