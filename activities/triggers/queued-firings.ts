import type { Database } from '../../infra/database/client';
import type { Logger } from '../../infra/logger/logger';
import type { Relay } from '../../infra/relay/relay';
import type { RunGateway } from '../../infra/temporal/run-gateway';
import type { Prisma } from '../../prisma/generated/client';
import { underWay } from './firing-policy';
import { announceFirings, startOf, storeFiringRuns, type FiringRun } from './firing-run';

export interface QueuedFiringDeps {
  database: Database;
  relay: Relay;
  runs: RunGateway;
  logger: Logger;
}

/** Most firings of a policy that begin in one step. */
const mostAtOnce = 100;

/**
 * Lets queued firings begin, the oldest first, as far as the limits of their policies permit. Those of policies that
 * were disabled are skipped.
 * @param policyId default: every policy that has some.
 */
export async function startQueuedFirings(deps: QueuedFiringDeps, policyId?: string): Promise<void> {
  if (policyId !== undefined) {
    await startOfPolicy(deps, policyId);
    return;
  }
  const waiting = await deps.database.triggerFiring.findMany({
    where: { status: 'queued' },
    distinct: ['policyId'],
    select: { policyId: true },
  });
  for (const each of waiting) {
    // One policy does not hold up the others.
    await startOfPolicy(deps, each.policyId).catch((error: unknown) => {
      deps.logger.warn({ error, ...each }, 'Queued firings of a policy will be looked at later');
    });
  }
}

async function startOfPolicy(
  { database, relay, runs, logger }: QueuedFiringDeps,
  policyId: string,
): Promise<void> {
  const begun = await database.$transaction((tx) => takeFirings(tx, policyId));
  if (begun.length === 0) return;
  const outcomes = await Promise.allSettled([
    announceFirings(relay, begun),
    ...begun.map((run) => runs.start(startOf(run))),
  ]);
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue;
    // Runs that are stored but not started are started by who reconciles runs.
    logger.warn({ error: outcome.reason as unknown, policyId }, 'A queued firing could not be started yet');
  }
}

/** Marks as many as there is room for as fired and stores their runs. */
async function takeFirings(tx: Prisma.TransactionClient, policyId: string): Promise<FiringRun[]> {
  const [policy] = await tx.$queryRaw<{ enabled: boolean; maxConcurrent: number | null }[]>`
    SELECT enabled, max_concurrent AS "maxConcurrent" FROM trigger_policies WHERE id = ${policyId}::uuid
    FOR NO KEY UPDATE`;
  if (!policy) return [];
  if (!policy.enabled) {
    await tx.$executeRaw`
      UPDATE trigger_firings SET status = 'skipped', reason = 'disabled', pending = NULL, updated_at = now()
      WHERE policy_id = ${policyId}::uuid AND status = 'queued'`;
    return [];
  }
  const taken = await tx.$queryRaw<{ pending: FiringRun }[]>`
    WITH next AS (
      SELECT id, pending FROM trigger_firings WHERE policy_id = ${policyId}::uuid AND status = 'queued'
      ORDER BY created_at, (event->>'at')::numeric, id
      LIMIT least(${mostAtOnce}, greatest(0, coalesce(${policy.maxConcurrent}::int, ${mostAtOnce}) -
        (SELECT count(*) FROM runs WHERE trigger_policy_id = ${policyId}::uuid AND status IN ${underWay})))
    ), begun AS (
      UPDATE trigger_firings SET status = 'fired', run_id = (next.pending->>'runId')::uuid, pending = NULL,
        updated_at = now()
      FROM next WHERE trigger_firings.id = next.id
    )
    SELECT pending FROM next`;
  const runs = taken.map(({ pending }) => pending);
  await storeFiringRuns(tx, runs);
  return runs;
}
