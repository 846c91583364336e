import type { Client } from '@temporalio/client';
import type { RunRecorder } from '../../activities/runs/run-recorder';
import type { RecordEntry } from '../../activities/runs/run-records';
import type { Database } from '../../infra/database/client';
import type { Logger } from '../../infra/logger/logger';
import type { RoomGateway } from '../../infra/temporal/room-gateway';
import type { RunGateway } from '../../infra/temporal/run-gateway';
import { runWorkflowId, runWorkflowType } from '../../workflows/contracts/run/run';
import { runFailures } from '../../workflows/contracts/run/status';
import { repeat } from './repeat';

export interface ReconcileDeps {
  database: Database;
  client: Client;
  runs: RunGateway;
  recorder: RunRecorder;
  rooms: RoomGateway;
  logger: Logger;
}

const intervalMs = 30_000;
/** A run that is queued for longer was stored but not started: the process in between died. */
const overdueMs = 20_000;
/** How far back the first look goes. */
const firstLookMs = 24 * 3600 * 1000;
/** Visibility learns of an end a little later. */
const overlapMs = 120_000;
const mostStarts = 200;

/**
 * Brings the record of runs and Temporal together, now and every 30 seconds: starts runs that were stored but never
 * started, and marks those whose workflow was ended from outside as failed. Doing it twice changes nothing, so any number
 * of processes may.
 * @returns stops it.
 */
export function keepRunsReconciled(deps: ReconcileDeps): () => void {
  let lookedAt = Date.now() - firstLookMs;
  const look = async (): Promise<void> => {
    const now = Date.now();
    await startOverdueRuns(deps);
    await failLostRuns(deps, new Date(lookedAt - overlapMs));
    lookedAt = now;
  };
  return repeat(intervalMs, look, (error) => {
    deps.logger.warn({ error }, 'Runs could not be reconciled; the next look comes in 30 seconds');
  });
}

/** Starts runs that were stored but not started. Runs of sub-workflows are for their parents to start. */
export async function startOverdueRuns({ database, runs }: ReconcileDeps): Promise<void> {
  const overdue = await database.run.findMany({
    where: {
      kind: 'workflow',
      status: 'queued',
      parentRunId: null,
      createdAt: { lt: new Date(Date.now() - overdueMs) },
    },
    orderBy: { createdAt: 'asc' },
    take: mostStarts,
  });
  const workflows = await database.workflow.findMany({
    where: { id: { in: overdue.flatMap(({ workflowId }) => workflowId ?? []) } },
    select: { id: true, name: true },
  });
  const names = new Map(workflows.map(({ id, name }) => [id, name]));
  await Promise.all(
    overdue.map(async ({ id: runId, workspaceId, roomId, workflowId, version, triggerType, ...run }) => {
      if (workflowId === null || version === null) return;
      const workflowName = names.get(workflowId) ?? 'Workflow';
      const { triggerPolicyId, initiatorId } = run;
      const initiator = triggerPolicyId === null ? (initiatorId ?? 'platform') : `trigger:${triggerPolicyId}`;
      await runs.start({
        ...{ runId, workspaceId, roomId, workflowId, version, triggerType, initiator, workflowName },
        isTurn: triggerType === 'message',
      });
    }),
  );
}

/** Marks runs as failed whose workflow came to an end of which the run's record knows nothing. */
export async function failLostRuns(
  { database, client, recorder, rooms }: ReconcileDeps,
  since: Date,
): Promise<void> {
  const query = `WorkflowType = "${runWorkflowType}" AND CloseTime > "${since.toISOString()}"
    AND ExecutionStatus IN ("Terminated", "TimedOut", "Failed", "Canceled")`;
  const ended: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) ended.push(workflowId);
  const lost = await database.run.findMany({
    where: { id: { in: ended.map(runIdOf) }, kind: 'workflow', endedAt: null },
    select: {
      ...{ id: true, workspaceId: true, roomId: true, triggerType: true },
      nodeRuns: { where: { status: { in: ['running', 'waiting'] }, parentKey: null } },
      approvals: { where: { status: 'pending' }, select: { id: true, nodeKey: true } },
    },
  });
  const at = Date.now();
  const error = { code: 'run_lost', detail: runFailures.run_lost };
  for (const { id: runId, workspaceId, roomId, triggerType, nodeRuns, approvals } of lost) {
    const entries: RecordEntry[] = [
      ...approvals.map(({ id: approvalId, nodeKey }): RecordEntry => {
        const key = `${approvalId}/cancelled`;
        return { type: 'approval.ended', ...{ key, at, approvalId, nodeKey }, status: 'cancelled' };
      }),
      ...nodeRuns.map(({ key: nodeKey, nodeId, kind, label }): RecordEntry => {
        const named = { nodeKey, nodeId: nodeId ?? nodeKey, kind, label: label ?? nodeKey };
        return { type: 'node', key: `${nodeKey}/cancelled`, at, ...named, status: 'cancelled' };
      }),
      {
        ...{ type: 'run', key: 'lost', at, status: 'failed' },
        error,
      },
    ];
    await recorder.record({ runId, workspaceId, roomId }, entries);
    if (triggerType === 'message' && roomId !== null) await rooms.endTurn(roomId, { turnId: runId, error });
  }
}

const runIdOf = (workflowId: string): string => workflowId.slice(runWorkflowId('').length);
