import type { Database } from '../../infra/database/client';
import type { Logger } from '../../infra/logger/logger';
import {
  scheduledTypes,
  type ScheduledPolicy,
  type ScheduleState,
  type TriggerSchedules,
} from '../../infra/temporal/trigger-schedules';
import { scheduledPolicy } from '../../infra/triggers/scheduled-policy';
import type { TriggerPolicy } from '../../prisma/generated/client';
import { repeat } from './repeat';

export interface ScheduleReconcileDeps {
  database: Database;
  schedules: TriggerSchedules;
  logger: Logger;
}

type Repair = 'created' | 'updated' | 'deleted';

const intervalMs = 60_000;
/** A change this young is on its way to Temporal. */
const underWayMs = 5000;

/**
 * Brings policies of `timer` and `silence` and their Temporal Schedules together, now and every minute. Doing it twice
 * changes nothing, so any number of processes may.
 * @returns stops it.
 */
export function keepSchedulesReconciled(deps: ScheduleReconcileDeps): () => void {
  return repeat(
    intervalMs,
    () => reconcileSchedules(deps),
    (error) => {
      deps.logger.warn({ error }, 'Schedules could not be reconciled; the next look comes in a minute');
    },
  );
}

/** Makes what is missing, removes what nobody wants, and mends what is not as the policy says. */
export async function reconcileSchedules(deps: ScheduleReconcileDeps): Promise<void> {
  const { database, schedules } = deps;
  // Listed first: a Schedule in the list whose policy is not found later has lost it.
  const listed = new Map<string, ScheduleState>();
  for await (const state of schedules.list()) listed.set(state.policyId, state);
  const policies = await database.triggerPolicy.findMany({
    where: { eventType: { in: [...scheduledTypes] } },
    select: { id: true, revision: true, enabled: true, updatedAt: true },
  });
  const wanted = new Set(policies.map(({ id }) => id));
  const young = Date.now() - underWayMs;
  for (const { id, revision, enabled, updatedAt } of policies) {
    const known = listed.get(id);
    const same = known?.revision === revision && known.paused === !enabled;
    if (!same && updatedAt.getTime() < young) await repairing(deps, id, () => mend(deps, id));
  }
  for (const id of listed.keys()) if (!wanted.has(id)) await repairing(deps, id, () => removeLost(deps, id));
}

/** One that cannot be repaired does not hold up the others. */
async function repairing(
  { logger }: ScheduleReconcileDeps,
  policyId: string,
  repair: () => Promise<void>,
): Promise<void> {
  try {
    await repair();
  } catch (error) {
    logger.warn({ error, policyId }, 'A schedule could not be repaired');
  }
}

/** The list is a little behind: `sync` asks for the Schedule itself, and leaves one alone that is as it should be. */
async function mend(deps: ScheduleReconcileDeps, policyId: string): Promise<void> {
  const row = await deps.database.triggerPolicy.findUnique({ where: { id: policyId } });
  const policy = row && scheduledPolicy(row);
  if (!row || !policy || hasEnded(policy)) return;
  const since = await missedSince(deps.database, row, policy);
  const done = await deps.schedules.sync(policy, since);
  if (done !== 'unchanged') await report(deps, done, row);
}

/** Its times after this were due while there was no Schedule. */
async function missedSince(
  database: Database,
  { id: policyId, enabled, updatedAt }: TriggerPolicy,
  { timer }: ScheduledPolicy,
): Promise<Date | undefined> {
  if (timer === null || !enabled) return undefined;
  const fired = await database.triggerFiring.findFirst({
    where: { policyId },
    orderBy: { createdAt: 'desc' },
    select: { createdAt: true },
  });
  const oldest = Date.now() - timer.catchupSeconds * 1000;
  return new Date(Math.max(updatedAt.getTime(), fired?.createdAt.getTime() ?? 0, oldest));
}

async function removeLost(deps: ScheduleReconcileDeps, policyId: string): Promise<void> {
  const { database, schedules } = deps;
  if ((await database.triggerPolicy.count({ where: { id: policyId } })) > 0) return;
  // The list goes on naming it for a while.
  if ((await schedules.describe(policyId)) === null) return;
  await schedules.remove(policyId);
  await report(deps, 'deleted', { id: policyId });
}

async function report(
  { database, logger }: ScheduleReconcileDeps,
  repair: Repair,
  policy: Pick<TriggerPolicy, 'id'> & Partial<TriggerPolicy>,
): Promise<void> {
  const { id, workspaceId = null, revision = null } = policy;
  logger.warn({ policyId: id, repair }, 'A schedule was repaired');
  await database.auditEvent.create({
    data: {
      ...{ action: 'trigger_schedule_repaired', actorId: null, workspaceId },
      ...{ targetKind: 'trigger_policy', targetId: id, data: { repair, revision } },
    },
  });
}

/** Temporal forgets Schedules that will never act again. */
function hasEnded({ timer }: ScheduledPolicy): boolean {
  const endAt = timer?.endAt ?? null;
  return endAt !== null && Date.parse(endAt) < Date.now();
}
