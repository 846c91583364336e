import { toJsonText } from '../../infra/database/json-text';
import type { Database } from '../../infra/database/client';
import { Prisma } from '../../prisma/generated/client';
import type {
  DecisionBatch,
  FiringOutcome,
  SkipDecision,
} from '../../workflows/contracts/triggers/activities';
import type { TriggerEvent } from '../../workflows/contracts/triggers/events';
import type { SkipReason } from '../../workflows/contracts/triggers/policy';
import type { announceFirings, FiringRun } from './firing-run';

/** A firing on its way into the record. */
export interface NewFiring {
  firingId: string;
  policyId: string;
  roomId: string | null;
  status: 'fired' | 'queued' | 'skipped';
  reason: SkipReason | null;
  detail: string | null;
  /** The last one. */
  event: TriggerEvent;
  count: number;
  runId?: string;
  /** Of a queued one. */
  pending?: FiringRun;
}

/**
 * Counts skips that are alike in one record: it takes over the highest count it is told. Skips of policies that are gone are
 * left out.
 */
export async function storeSkips(
  tx: Database | Prisma.TransactionClient,
  { workspaceId, roomId }: DecisionBatch,
  skips: readonly SkipDecision[],
): Promise<void> {
  if (skips.length === 0) return;
  const alike = new Map<string, NewFiring>();
  for (const { firingId, policyId, reason, detail, event, count } of skips) {
    if (count <= (alike.get(firingId)?.count ?? 0)) continue;
    alike.set(firingId, { firingId, policyId, roomId, status: 'skipped', reason, detail, event, count });
  }
  await tx.$executeRaw`
    ${insertOf(workspaceId, [...alike.values()])}
    ON CONFLICT (id) DO UPDATE SET count = EXCLUDED.count, event = EXCLUDED.event,
      detail = EXCLUDED.detail, updated_at = now()
    WHERE known.count < EXCLUDED.count`;
}

/** @returns the ids of those that were not known. */
export async function insertFirings(
  tx: Prisma.TransactionClient,
  workspaceId: string,
  firings: readonly NewFiring[],
): Promise<string[]> {
  if (firings.length === 0) return [];
  const rows = await tx.$queryRaw<{ id: string }[]>`
    ${insertOf(workspaceId, firings)} ON CONFLICT (id) DO NOTHING RETURNING id`;
  return rows.map(({ id }) => id);
}

function insertOf(workspaceId: string, firings: readonly NewFiring[]): Prisma.Sql {
  const rows = firings.map(
    ({ firingId, policyId, roomId, status, reason, detail, event, count, runId, pending }) => ({
      ...{
        id: firingId,
        policy_id: policyId,
        room_id: roomId,
        status,
        reason,
        detail,
        event,
        count,
        pending,
      },
      ...{ run_id: runId, session_id: event.sessionId, depth: event.depth },
    }),
  );
  return Prisma.sql`
    INSERT INTO trigger_firings AS known (id, policy_id, workspace_id, room_id, session_id, status, reason, detail, event,
      count, run_id, depth, pending)
    SELECT firing.id, policy.id, policy.workspace_id, coalesce(firing.room_id, policy.room_id), firing.session_id,
      firing.status, firing.reason, firing.detail, firing.event, firing.count, firing.run_id, firing.depth, firing.pending
    FROM jsonb_to_recordset(${toJsonText(rows)}::jsonb) AS firing(
      id uuid, policy_id uuid, room_id uuid, session_id text, status text, reason text, detail text, event jsonb,
      count int, run_id uuid, depth int, pending jsonb)
    JOIN trigger_policies policy ON policy.id = firing.policy_id AND policy.workspace_id = ${workspaceId}::uuid`;
}

/** A firing that was recorded before. */
export interface KnownFiring {
  outcome: FiringOutcome;
  /** Of a run: what its room is told. */
  told?: Parameters<typeof announceFirings>[1][number];
}

export async function readKnownFirings(
  tx: Prisma.TransactionClient,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, KnownFiring>> {
  const rows = await tx.$queryRaw<KnownRow[]>`
    SELECT firing.id AS "firingId", firing.policy_id AS "policyId", policy.name AS "policyName", firing.status,
      firing.reason, run.id AS "runId", run.room_id AS "roomId", run.workflow_id AS "workflowId", run.version,
      run.trigger_type AS "triggerType", coalesce(workflow.name, 'Workflow') AS "workflowName"
    FROM trigger_firings firing
    JOIN trigger_policies policy ON policy.id = firing.policy_id
    LEFT JOIN runs run ON run.id = firing.run_id AND run.workspace_id = firing.workspace_id
    LEFT JOIN workflows workflow ON workflow.id = run.workflow_id
    WHERE firing.id = ANY(${ids}::uuid[]) AND firing.workspace_id = ${workspaceId}::uuid`;
  return new Map(rows.map((row) => [row.firingId, knownFiring(row)]));
}

interface KnownRow {
  firingId: string;
  policyId: string;
  policyName: string;
  status: NewFiring['status'];
  reason: SkipReason | null;
  runId: string | null;
  roomId: string | null;
  workflowId: string;
  version: number;
  triggerType: string;
  workflowName: string;
}

function knownFiring(row: KnownRow): KnownFiring {
  const { firingId, policyId, policyName, status, reason, runId, roomId, triggerType } = row;
  if (status === 'queued') return { outcome: { firingId, policyId, outcome: 'queued' } };
  if (status === 'skipped' || runId === null)
    return { outcome: { firingId, policyId, outcome: 'skipped', reason: reason ?? 'workflow_missing' } };
  const { workflowId, version, workflowName } = row;
  return {
    outcome: { firingId, policyId, outcome: 'fired', run: { runId, workflowId, version, workflowName } },
    told: { runId, roomId, firingId, triggerType, policy: { id: policyId, name: policyName } },
  };
}
