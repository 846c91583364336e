import { Prisma } from '../../prisma/generated/client';
import type { SchemaChecker } from '../../workflows/contracts/graph/catalogue';
import type { JsonSchema } from '../../workflows/contracts/json';
import type { FireDecision } from '../../workflows/contracts/triggers/activities';
import { skipReasons, type OverLimit, type SkipReason } from '../../workflows/contracts/triggers/policy';
import { describeIssues } from '../runs/describe-issues';

/** A policy as it is when it fires. */
export interface FiringPolicy {
  id: string;
  name: string;
  enabled: boolean;
  /** Where its runs go; null: to no room. */
  roomId: string | null;
  roomGone: boolean;
  createdById: string | null;
  workflowId: string;
  workflowName: string;
  /** The one named, or the one published last; null: it is missing. */
  version: number | null;
  inputSchema: JsonSchema | null;
  maxConcurrent: number | null;
  overLimit: OverLimit;
  /** Of a limited one: how many of its runs are under way. */
  running: number;
  /** Of a limited one: firings wait. */
  waiting: boolean;
}

/** Statuses of runs that are under way. */
export const underWay = Prisma.sql`('queued', 'running', 'waiting', 'paused')`;

/**
 * Reads the policies that are to fire, by id. Those with a limit are locked until the transaction ends, so that their runs
 * are counted by one at a time.
 */
export async function lockFiringPolicies(
  tx: Prisma.TransactionClient,
  { workspaceId, roomId }: { workspaceId: string; roomId: string | null },
  policyIds: readonly string[],
): Promise<Map<string, FiringPolicy>> {
  await tx.$queryRaw`
    SELECT id FROM trigger_policies
    WHERE id = ANY(${policyIds}::uuid[]) AND workspace_id = ${workspaceId}::uuid AND max_concurrent IS NOT NULL
    ORDER BY id FOR NO KEY UPDATE`;
  const rows = await tx.$queryRaw<FiringPolicy[]>`
    SELECT policy.id, policy.name, policy.enabled, policy.created_by_id AS "createdById",
      coalesce(${roomId}::uuid, policy.room_id) AS "roomId",
      coalesce(${roomId}::uuid, policy.room_id) IS NOT NULL AND room.id IS NULL AS "roomGone",
      workflow.id AS "workflowId", workflow.name AS "workflowName", version.version,
      version.compiled->'inputSchema' AS "inputSchema",
      policy.max_concurrent AS "maxConcurrent", policy.over_limit AS "overLimit",
      CASE WHEN policy.max_concurrent IS NULL THEN 0 ELSE
        (SELECT count(*)::int FROM runs WHERE trigger_policy_id = policy.id AND status IN ${underWay}) END AS running,
      policy.max_concurrent IS NOT NULL AND EXISTS
        (SELECT FROM trigger_firings WHERE policy_id = policy.id AND status = 'queued') AS waiting
    FROM trigger_policies policy
    JOIN workflows workflow ON workflow.id = policy.workflow_id
    LEFT JOIN workflow_versions version ON version.workflow_id = workflow.id AND workflow.deleted_at IS NULL
      AND workflow.published_version IS NOT NULL
      AND version.version = coalesce(policy.version, workflow.published_version)
    LEFT JOIN rooms room ON room.id = coalesce(${roomId}::uuid, policy.room_id) AND room.deleted_at IS NULL
      AND room.workspace_id = policy.workspace_id
    WHERE policy.id = ANY(${policyIds}::uuid[]) AND policy.workspace_id = ${workspaceId}::uuid`;
  return new Map(rows.map((row) => [row.id, row]));
}

export interface Refusal {
  reason: SkipReason;
  detail: string | null;
}

/** Why a policy cannot fire whatever its other runs do; null: it can. */
export function refusalOf(
  { enabled, roomGone, version, inputSchema }: FiringPolicy,
  { input }: FireDecision,
  schemas: SchemaChecker,
): Refusal | null {
  if (!enabled) return { reason: 'disabled', detail: null };
  if (roomGone) return { reason: 'scope_gone', detail: null };
  if (version === null) return { reason: 'workflow_missing', detail: skipReasons.workflow_missing };
  const issues = inputSchema ? schemas.check(inputSchema, input) : [];
  if (issues.length > 0) return { reason: 'payload_invalid', detail: describeIssues(issues, 'input') };
  return null;
}
