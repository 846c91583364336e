import type { Database } from '../../../infra/database/client';
import type { Prisma, WorkflowVersion } from '../../../prisma/generated/client';
import { ApiError } from '../http/problems';
import { recordAudit } from '../identity/audit';
import { compileDraft } from './check-graph';

export interface Published {
  version: number;
  hash: string;
}

interface By {
  userId: string;
  address: string;
}

/** Compiling a large graph under the lock may take longer than Prisma's five seconds when the machine is busy. */
const timeout = 20_000;

/**
 * Makes the draft the version that runs. A draft that means the same as that version changes nothing.
 * @throws ApiError `graph_invalid`, `workflow_not_found` when it was deleted meanwhile
 */
export function publishDraft(
  database: Database,
  workflowId: string,
  note: string,
  by: By,
): Promise<Published> {
  return database.$transaction(
    async (tx) => {
      const { workspaceId, current } = await lockWorkflow(tx, workflowId);
      const { draft } = await tx.workflow.findUniqueOrThrow({
        where: { id: workflowId },
        select: { draft: true },
      });
      const { compiled, hash } = await compileDraft(tx, { workspaceId, workflowId }, draft);
      if (current?.hash === hash) return { version: current.version, hash };
      const made = await addVersion(tx, {
        workflowId,
        graph: draft as Prisma.InputJsonValue,
        compiled: compiled as unknown as Prisma.InputJsonValue,
        hash,
        note,
        createdById: by.userId,
      });
      await audit(tx, 'workflow_published', { workspaceId, workflowId, by, data: { version: made.version } });
      return made;
    },
    { timeout },
  );
}

/**
 * Publishes an old version again, as a new one. The draft stays.
 * @throws ApiError `version_not_found`, `workflow_not_found`
 */
export function rollBack(
  database: Database,
  workflowId: string,
  version: number,
  by: By,
): Promise<Published> {
  return database.$transaction(
    async (tx) => {
      const { workspaceId, current } = await lockWorkflow(tx, workflowId);
      const old = await tx.workflowVersion.findUnique({
        where: { workflowId_version: { workflowId, version } },
      });
      if (old === null) throw versionNotFound(version);
      if (current?.hash === old.hash) return { version: current.version, hash: old.hash };
      const made = await addVersion(tx, {
        workflowId,
        graph: old.graph as Prisma.InputJsonValue,
        compiled: old.compiled as Prisma.InputJsonValue,
        hash: old.hash,
        note: `Rolled back to version ${String(version)}`,
        rolledBackTo: version,
        createdById: by.userId,
      });
      await audit(tx, 'workflow_rolled_back', {
        workspaceId,
        workflowId,
        by,
        data: { version: made.version, to: version },
      });
      return made;
    },
    { timeout },
  );
}

export const versionNotFound = (version: number): ApiError =>
  new ApiError('version_not_found', `The workflow has no version ${String(version)}.`);

/** Versions of one workflow are made one after the other. */
async function lockWorkflow(
  tx: Prisma.TransactionClient,
  workflowId: string,
): Promise<{ workspaceId: string; current: Pick<WorkflowVersion, 'version' | 'hash'> | null }> {
  const [row] = await tx.$queryRaw<{ workspaceId: string; publishedVersion: number | null }[]>`
    SELECT workspace_id AS "workspaceId", published_version AS "publishedVersion"
    FROM workflows WHERE id = ${workflowId}::uuid AND deleted_at IS NULL FOR UPDATE`;
  if (row === undefined) throw new ApiError('workflow_not_found', 'The workflow was deleted.');
  const { workspaceId, publishedVersion: version } = row;
  const current =
    version === null
      ? null
      : await tx.workflowVersion.findUnique({
          where: { workflowId_version: { workflowId, version } },
          select: { version: true, hash: true },
        });
  return { workspaceId, current };
}

async function addVersion(
  tx: Prisma.TransactionClient,
  data: Omit<Prisma.WorkflowVersionUncheckedCreateInput, 'version'>,
): Promise<Published> {
  const { workflowId, hash } = data;
  const { _max } = await tx.workflowVersion.aggregate({ where: { workflowId }, _max: { version: true } });
  const version = (_max.version ?? 0) + 1;
  await tx.workflowVersion.create({ data: { ...data, version } });
  await tx.workflow.update({
    where: { id: workflowId },
    data: { publishedVersion: version, updatedAt: new Date() },
  });
  return { version, hash };
}

function audit(
  tx: Prisma.TransactionClient,
  action: string,
  entry: { workspaceId: string; workflowId: string; by: By; data: Prisma.InputJsonObject },
): Promise<void> {
  const { workspaceId, workflowId, by, data } = entry;
  return recordAudit(tx, {
    action,
    actorId: by.userId,
    workspaceId,
    target: ['workflow', workflowId],
    data,
    address: by.address,
  });
}
