import { v7 as uuidv7 } from 'uuid';
import { recordOpening } from '../../../activities/runs/record-opening';
import type { RunRecorder } from '../../../activities/runs/run-recorder';
import type { Settings } from '../../../infra/config/settings';
import type { Database } from '../../../infra/database/client';
import type { Logger } from '../../../infra/logger/logger';
import type { RunGateway } from '../../../infra/temporal/run-gateway';
import { Prisma } from '../../../prisma/generated/client';
import { runWorkflowId } from '../../../workflows/contracts/run/run';
import { requireFit } from '../graphs/schemas';
import { handOver } from './hand-over';
import type { NewRun } from './new-run';

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

export interface RunStartsDeps {
  database: Database;
  settings: Settings;
  runs: RunGateway;
  recorder: RunRecorder;
  logger: Logger;
}

export function createRunStarts(deps: RunStartsDeps): RunStarts {
  const { database, runs } = deps;
  return {
    async start(run, within) {
      const { workspaceId, workflowId, workflowName, version, graph } = run.runnable;
      const { triggerType, initiatorId, roomId } = run;
      requireFit(graph.inputSchema, run.payload, 'body.payload');
      const runId = uuidv7();
      const handed = await handOver(run, deps);
      await database.$transaction(async (tx) => {
        await tx.run.create({ data: { ...rowOf(run, runId), ...run.more } });
        await within?.(tx, runId);
      });
      const opened = handed && { ...handed, startedAt: new Date().toISOString() };
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
          ...(opened && { opened }),
        });
      } catch (error) {
        // A run that has begun after all goes on.
        const { count } = await database.run.deleteMany({
          where: { id: runId, status: 'queued', lastEventSeq: 0 },
        });
        if (count > 0) throw error;
      }
      if (opened) recordOpening(deps, runId, opened);
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
