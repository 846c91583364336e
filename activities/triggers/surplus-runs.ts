import type { Database } from '../../infra/database/client';
import type { RunGateway } from '../../infra/temporal/run-gateway';
import type { RunRecorder } from '../runs/run-recorder';
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
 * Cancels the oldest runs of a policy by which it has more under way than it may: newer ones take their place.
 * @throws TemporalUnavailableError
 */
export async function cancelSurplusRuns(
  { database, runs, recorder }: SurplusRunDeps,
  policyId: string,
): Promise<void> {
  const surplus = await database.$queryRaw<SurplusRun[]>`
    SELECT run.id AS "runId", run.workspace_id AS "workspaceId", run.room_id AS "roomId", run.status::text AS status,
      policy.name AS "policyName"
    FROM runs run JOIN trigger_policies policy ON policy.id = run.trigger_policy_id
    WHERE policy.id = ${policyId}::uuid AND run.workspace_id = policy.workspace_id AND run.status IN ${underWay}
    ORDER BY run.created_at DESC, run.id DESC
    OFFSET (SELECT coalesce(max_concurrent, 2147483647) FROM trigger_policies WHERE id = ${policyId}::uuid)`;
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
