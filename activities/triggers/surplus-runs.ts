import type { Database } from '../../infra/database/client';
import type { RunGateway } from '../../infra/temporal/run-gateway';
import type { RunRecorder } from '../runs/run-recorder';
import { Prisma } from '../../prisma/generated/client';
import { underWay } from './firing-policy';

export interface SurplusRunDeps {
  database: Database;
  runs: RunGateway;
  recorder: RunRecorder;
}

interface SurplusRun {
  runId: string;
  workspaceId: string;
  roomId: string | null;
  status: string;
  policyName: string;
}

/**
 * Cancels the oldest runs by which a policy that replaces has more under way than it may: newer ones take their place.
 * @param policyId default: every such policy.
 * @throws TemporalUnavailableError
 */
export async function cancelSurplusRuns(
  { database, runs, recorder }: SurplusRunDeps,
  policyId?: string,
): Promise<void> {
  const one = policyId === undefined ? Prisma.empty : Prisma.sql`AND policy.id = ${policyId}::uuid`;
  const surplus = await database.$queryRaw<SurplusRun[]>`
    SELECT run.id AS "runId", run.workspace_id AS "workspaceId", run.room_id AS "roomId", run.status::text AS status,
      policy.name AS "policyName"
    FROM trigger_policies policy CROSS JOIN LATERAL (
      SELECT * FROM runs
      WHERE trigger_policy_id = policy.id AND workspace_id = policy.workspace_id AND status IN ${underWay}
      ORDER BY created_at DESC, id DESC OFFSET policy.max_concurrent) AS run
    WHERE policy.over_limit = 'replace' AND policy.max_concurrent IS NOT NULL ${one}`;
  await Promise.all(
    surplus.map(async ({ status, policyName: by, ...run }) => {
      const told = await runs.cancel(run.runId, { by, mode: 'cancel' });
      if (told || status !== 'queued') return;
      // Stored and not started yet: when it is, it finds that it has ended.
      const at = Date.now();
      await recorder.record(run, [{ type: 'run', key: 'replaced', at, status: 'cancelled', by }]);
    }),
  );
}
