import type { Prisma } from '../../prisma/generated/client';
import type { SchemaChecker } from '../../workflows/contracts/graph/catalogue';
import type {
  DecisionBatch,
  FireDecision,
  FiringOutcome,
  SkipDecision,
} from '../../workflows/contracts/triggers/activities';
import { lockFiringPolicies, refusalOf, type FiringPolicy } from './firing-policy';
import { announceFirings, firingRun, storeFiringRuns, type FiringRun } from './firing-run';
import { startQueuedFirings, type QueuedFiringDeps } from './queued-firings';
import { insertFirings, readKnownFirings, storeSkips, type NewFiring } from './store-firings';
import { cancelSurplusRuns, type SurplusRunDeps } from './surplus-runs';

export interface DecisionDeps extends QueuedFiringDeps, SurplusRunDeps {
  schemas: SchemaChecker;
}

/** What a batch of decisions came to. */
interface Recorded {
  outcomes: FiringOutcome[];
  /** To be told to their rooms: those of earlier attempts too. */
  fired: Parameters<typeof announceFirings>[1];
  /** Policies that have firings waiting, and that have more runs than they may. */
  waiting: Set<string>;
  surplus: Set<string>;
}

export async function recordDecisions(deps: DecisionDeps, batch: DecisionBatch): Promise<FiringOutcome[]> {
  const { database, relay, logger } = deps;
  const skips = batch.decisions.filter((decision): decision is SkipDecision => decision.type === 'skip');
  const fires = batch.decisions.filter((decision): decision is FireDecision => decision.type === 'fire');
  if (fires.length === 0) {
    await storeSkips(database, batch, skips);
    return [];
  }
  const { outcomes, fired, waiting, surplus } = await database.$transaction(async (tx) => {
    await storeSkips(tx, batch, skips);
    return recordFires(tx, deps, batch, fires);
  });
  await announceFirings(relay, fired);
  const later = [
    ...[...waiting].map((policyId) => startQueuedFirings(deps, policyId)),
    ...[...surplus].map((policyId) => cancelSurplusRuns(deps, policyId)),
  ];
  void Promise.all(later).catch((error: unknown) => {
    logger.warn({ error, workspaceId: batch.workspaceId }, 'Limits of trigger policies are looked at later');
  });
  return outcomes;
}

async function recordFires(
  tx: Prisma.TransactionClient,
  { schemas }: Pick<DecisionDeps, 'schemas'>,
  batch: DecisionBatch,
  fires: readonly FireDecision[],
): Promise<Recorded> {
  const { workspaceId } = batch;
  const ids = fires.map(({ firingId }) => firingId);
  const policies = await lockFiringPolicies(tx, batch, [...new Set(fires.map(({ policyId }) => policyId))]);
  const before = await readKnownFirings(tx, workspaceId, ids);
  const fresh = fires.flatMap((fire) => {
    const policy = policies.get(fire.policyId);
    if (!policy || before.has(fire.firingId)) return [];
    return [{ fire, policy, refusal: refusalOf(policy, fire, schemas) }];
  });
  const left = new Map<string, number>();
  for (const { policy, refusal } of fresh) if (!refusal) left.set(policy.id, (left.get(policy.id) ?? 0) + 1);

  const surplus = new Set<string>();
  const firings = fresh.map(({ fire, policy, refusal }): NewFiring & { run?: FiringRun } => {
    const { firingId, policyId, event, count } = fire;
    const { roomId, version } = policy;
    const firing = { firingId, policyId, roomId, event, count, detail: null, reason: null };
    if (refusal || version === null) return { ...firing, status: 'skipped', ...refusal };
    const following = (left.get(policyId) ?? 1) - 1;
    left.set(policyId, following);
    const status = placeOf(policy, following);
    if (status === 'skipped') return { ...firing, status, reason: 'concurrency' };
    const run = firingRun(fire, { ...policy, version }, { workspaceId, roomId });
    if (status === 'queued') return { ...firing, status, pending: run };
    policy.running += 1;
    if (policy.maxConcurrent !== null && policy.running > policy.maxConcurrent) surplus.add(policyId);
    return { ...firing, status, runId: run.runId, run };
  });

  const inserted = new Set(await insertFirings(tx, workspaceId, firings));
  // What another attempt has recorded meanwhile stays as it was.
  const known = inserted.size < firings.length ? await readKnownFirings(tx, workspaceId, ids) : before;
  const stored = firings.filter(({ firingId }) => inserted.has(firingId));
  const runs = stored.flatMap(({ run }) => run ?? []);
  await storeFiringRuns(tx, runs);
  const byId = new Map(stored.map((firing) => [firing.firingId, firing]));
  return {
    outcomes: fires.map(({ firingId, policyId }): FiringOutcome => {
      const firing = byId.get(firingId);
      if (firing) return outcomeOf(firing);
      // The policy is gone, and its history with it.
      return known.get(firingId)?.outcome ?? { firingId, policyId, outcome: 'skipped', reason: 'disabled' };
    }),
    fired: [...runs, ...[...known.values()].flatMap(({ told }) => told ?? [])],
    waiting: new Set(stored.filter(({ status }) => status === 'queued').map(({ policyId }) => policyId)),
    surplus,
  };
}

/**
 * What a policy's limit makes of a firing.
 * @param following firings of the policy later in the batch: runs that these would replace at once do not begin.
 */
function placeOf(policy: FiringPolicy, following: number): 'fired' | 'queued' | 'skipped' {
  const { maxConcurrent, overLimit, running } = policy;
  if (maxConcurrent === null) return 'fired';
  if (overLimit === 'replace') return following < maxConcurrent ? 'fired' : 'skipped';
  if (overLimit === 'skip') return running < maxConcurrent ? 'fired' : 'skipped';
  if (running < maxConcurrent && !policy.waiting) return 'fired';
  policy.waiting = true;
  return 'queued';
}

function outcomeOf({
  firingId,
  policyId,
  status,
  reason,
  run,
}: NewFiring & { run?: FiringRun }): FiringOutcome {
  if (run) {
    const { runId, workflowId, version, workflowName } = run;
    return { firingId, policyId, outcome: 'fired', run: { runId, workflowId, version, workflowName } };
  }
  if (status === 'queued') return { firingId, policyId, outcome: 'queued' };
  return { firingId, policyId, outcome: 'skipped', reason: reason ?? 'workflow_missing' };
}
