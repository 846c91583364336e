import { randomBytes } from 'node:crypto';
import type { Database } from '../../../infra/database/client';
import { newSecret } from '../../../infra/secrets/rotating-secrets';
import { ScheduleRefusedError } from '../../../infra/temporal/trigger-schedules';
import { scheduledPolicy } from '../../../infra/triggers/scheduled-policy';
import type { Prisma, TriggerPolicy } from '../../../prisma/generated/client';
import { ApiError, type FieldError } from '../http/problems';
import type { ApiServices } from '../http/services';
import { invalid } from '../http/validate';
import { recordAudit, type AuditEntry } from '../identity/audit';
import { most, within } from '../routes/limits';
import { bumpTriggers } from './bump-triggers';
import { checkFields } from './check-fields';
import { checkReferences, type References } from './check-references';
import { columnsOf, fieldsOf } from './policy-columns';
import type { PolicyFields } from './policy-fields';

/** Who makes a change, and from where. */
export interface Author {
  userId: string;
  address: string;
}

type Saving = Pick<ApiServices, 'database' | 'schedules' | 'secrets' | 'logger'>;

/**
 * Every change of policies is made within this: those who decide notice it at their next step, and it stays on record. The
 * workspace's row is locked until the end.
 */
async function changePolicies<T>(
  database: Database,
  workspaceId: string,
  change: (tx: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  return database.$transaction(async (tx) => {
    await bumpTriggers(tx, workspaceId);
    return change(tx);
  });
}

/** @returns the policy; of `webhook` also its first secret. */
export async function createPolicy(
  services: Saving,
  workspaceId: string,
  fields: PolicyFields,
  author: Author,
): Promise<{ policy: TriggerPolicy; secret: string | null }> {
  const { database, secrets } = services;
  await requireValid(database, workspaceId, fields, fields);
  const first = fields.eventType === 'webhook' ? newSecret(secrets, new Date()) : null;
  const policy = await changePolicies(database, workspaceId, async (tx) => {
    const count = await tx.triggerPolicy.count({ where: { workspaceId } });
    within(most.triggersPerWorkspace, count, 'trigger policies in a workspace');
    const created = await tx.triggerPolicy.create({
      data: {
        ...columnsOf(fields),
        ...{ workspaceId, createdById: author.userId },
        ...(first && {
          hookToken: randomBytes(24).toString('base64url'),
          hookSecrets: [first.stored],
        }),
      },
    });
    await recordAudit(tx, auditOf('trigger_created', created, author));
    return created;
  });
  await syncSchedule(services, policy, () =>
    changePolicies(database, workspaceId, (tx) => tx.triggerPolicy.delete({ where: { id: policy.id } })),
  );
  return { policy, secret: first?.secret ?? null };
}

/** @param fields all of them. @param references those of them that are to be looked up. */
export async function changePolicy(
  services: Saving,
  before: TriggerPolicy,
  fields: PolicyFields,
  { references = {}, action = 'trigger_changed' }: { references?: References; action?: string },
  author: Author,
): Promise<TriggerPolicy> {
  const { database } = services;
  await requireValid(database, before.workspaceId, fields, references);
  const store = (values: PolicyFields) =>
    changePolicies(database, before.workspaceId, async (tx) => {
      const now = new Date();
      const [changed] = await tx.triggerPolicy.updateManyAndReturn({
        where: { id: before.id },
        data: {
          ...columnsOf(values),
          ...(waitsAnew(before, values) && { sweptUntil: now }),
          ...{ revision: { increment: 1 }, updatedAt: now },
        },
      });
      if (changed === undefined) throw new ApiError('trigger_not_found', 'The trigger policy was deleted.');
      await recordAudit(tx, auditOf(action, changed, author));
      return changed;
    });
  const changed = await store(fields);
  await syncSchedule(services, changed, () => store(fieldsOf(before)));
  return changed;
}

/** Silences that became due while the policy did not wait for them, or not for so long, are not made up for. */
function waitsAnew(before: TriggerPolicy, { eventType, enabled, thresholdMinutes }: PolicyFields): boolean {
  if (eventType !== 'silence') return false;
  return (enabled !== false && !before.enabled) || thresholdMinutes !== before.thresholdMinutes;
}

export async function deletePolicy(
  { database, schedules, logger }: Saving,
  policy: TriggerPolicy,
  author: Author,
): Promise<void> {
  await changePolicies(database, policy.workspaceId, async (tx) => {
    await tx.triggerPolicy.deleteMany({ where: { id: policy.id } });
    await recordAudit(tx, auditOf('trigger_deleted', policy, author));
  });
  if (scheduledPolicy(policy) === null) return;
  await schedules
    .remove(policy.id)
    .catch((error: unknown) =>
      logger.warn({ error, policyId: policy.id }, 'A schedule is to be removed later'),
    );
}

export const auditOf = (
  action: string,
  { id, workspaceId, name, eventType, revision }: TriggerPolicy,
  { userId, address }: Author,
): AuditEntry => ({
  ...{ action, actorId: userId, workspaceId, address },
  target: ['trigger_policy', id],
  data: { name, eventType, revision },
});

async function requireValid(
  database: Database,
  workspaceId: string,
  fields: PolicyFields,
  references: References,
): Promise<void> {
  const errors: FieldError[] = [
    ...checkFields(fields),
    ...(await checkReferences(database, workspaceId, references)),
  ];
  if (errors.length > 0) throw invalid(errors);
}

/** What Temporal does not hear of now, the workers repair. @param undo when it refuses the times. */
async function syncSchedule(
  { schedules, logger }: Saving,
  policy: TriggerPolicy,
  undo: () => Promise<unknown>,
): Promise<void> {
  const scheduled = scheduledPolicy(policy);
  if (scheduled === null) return;
  try {
    await schedules.sync(scheduled);
  } catch (error) {
    if (!(error instanceof ScheduleRefusedError)) {
      logger.warn({ error, policyId: policy.id }, 'A schedule is to be made later');
      return;
    }
    await undo();
    const path = scheduled.timer?.cron ? 'body.cron' : 'body.intervalMinutes';
    throw invalid([{ path, code: 'invalid_value', message: error.detail }]);
  }
}
