import type { Database } from '../../../infra/database/client';
import { Prisma, type Run } from '../../../prisma/generated/client';
import type { Json } from '../../../workflows/contracts/json';
import { invalid } from '../http/validate';
import { ApiError } from '../http/problems';
import { recordAudit } from '../identity/audit';
import { isForkPoint, isTrigger, planFork, retryPoints } from './fork-plan';
import { requireWorkflowRun } from './run-access';
import { findRunnable } from './runnable';
import type { RunStarts } from './start-run';

export interface ForkRequest {
  /** The run to begin from. */
  old: Run;
  by: { userId: string; address: string };
  /** Absent: a retry, from every node that failed or was cancelled. */
  at?: { nodeKey: string; input?: Json };
}

/**
 * Makes and starts a run of the same version that takes over what the old one has done up to the fork.
 * @returns its id
 * @throws ApiError `not_for_turns`, `run_not_ended`, `nothing_to_retry`, `fork_point_not_reached`, `invalid_request`,
 * `workflow_not_found`; TemporalUnavailableError: nothing is left behind
 */
export async function forkRun(
  { database, starts }: { database: Database; starts: RunStarts },
  { old, by, at }: ForkRequest,
): Promise<string> {
  requireWorkflowRun(old);
  const { workspaceId, workflowId, version } = old;
  if (at === undefined) requireRetryable(old);
  const runnable = await findRunnable(database, { workspaceId, workflowId }, version);
  const { graph } = runnable;
  const nodeRuns = await database.nodeRun.findMany({
    where: { runId: old.id },
    select: { key: true, status: true, handles: true },
  });
  if (at !== undefined && !isForkPoint(graph, at.nodeKey)) throw noSuchNode();
  const reached = nodeRuns.some(({ key }) => key === at?.nodeKey);
  if (at !== undefined && !reached && old.endedAt === null)
    throw new ApiError('fork_point_not_reached', `The run has not come to ${at.nodeKey} yet.`);
  const points = at === undefined ? retryPoints(graph, nodeRuns) : [at.nodeKey];
  const reused = planFork(graph, nodeRuns, points);
  const edited = at?.input === undefined ? {} : { [at.nodeKey]: at.input };
  const newPayload = at?.input !== undefined && isTrigger(graph, at.nodeKey);
  return starts.start(
    {
      runnable,
      payload: newPayload ? (at.input ?? null) : (old.input as Json),
      triggerType: at === undefined ? 'retry' : 'fork',
      initiatorId: by.userId,
      roomId: old.roomId,
      sessionId: old.sessionId,
      ...(old.taskId === null ? {} : { taskId: old.taskId }),
      more: {
        triggerMessageId: old.triggerMessageId,
        triggerDepth: old.triggerDepth,
        triggerData: old.triggerData ?? Prisma.DbNull,
        depth: old.depth,
        forkedFromId: old.id,
        forkedAt: points,
        edited: { ...(old.edited as Prisma.JsonObject), ...edited },
      },
    },
    async (tx, runId) => {
      await takeOver(tx, { from: old.id, to: runId, keys: reused });
      await recordAudit(tx, {
        action: at === undefined ? 'run_retried' : 'run_forked',
        actorId: by.userId,
        workspaceId,
        target: ['run', old.id],
        data: { runId, at: points },
        address: by.address,
      });
    },
  );
}

function requireRetryable({ status, endedAt }: Run): void {
  if (endedAt === null) throw new ApiError('run_not_ended', 'The run is still going on.');
  if (status === 'completed') throw new ApiError('nothing_to_retry', 'The run has completed.');
}

const noSuchNode = (): ApiError =>
  invalid([
    {
      path: 'body.nodeKey',
      code: 'invalid_value',
      message: 'must be the key of a node of this run, like `research` or `each[3]/write`',
    },
  ]);

/** Copies outcomes: they cost nothing the second time. */
async function takeOver(
  tx: Prisma.TransactionClient,
  { from, to, keys }: { from: string; to: string; keys: string[] },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO node_runs (id, run_id, key, kind, node_id, label, parent_key, agent_id, agent_version_id, status, attempt,
                           reused, model, input, output, handles, started_at, ended_at)
    SELECT gen_random_uuid(), ${to}::uuid, key, kind, node_id, label, parent_key, agent_id, agent_version_id, status,
           attempt, true, model, input, output, handles, started_at, ended_at
    FROM node_runs WHERE run_id = ${from}::uuid AND key = ANY (${keys})`;
}
