import type { Prisma } from '../../../prisma/generated/client';
import type { CompiledGraph } from '../../../workflows/contracts/graph/compiled';
import { versionNotFound } from '../graphs/publish';
import { ApiError } from '../http/problems';

/** A version of a workflow that can be run. */
export interface Runnable {
  workspaceId: string;
  workflowId: string;
  workflowName: string;
  version: number;
  graph: CompiledGraph;
}

/**
 * @param version default: the one published last.
 * @throws ApiError `workflow_not_found`, `workflow_not_published`, `version_not_found`
 */
export async function findRunnable(
  db: Prisma.TransactionClient,
  where: { workspaceId: string; workflowId: string },
  version: number | null,
): Promise<Runnable> {
  const { workspaceId, workflowId } = where;
  const found = await db.workflow.findUnique({
    where: { id: workflowId, workspaceId, deletedAt: null },
    select: { name: true, publishedVersion: true },
  });
  if (found === null)
    throw new ApiError(
      'workflow_not_found',
      'There is no such workflow in the workspace, or it was deleted.',
    );
  const number = version ?? found.publishedVersion;
  if (number === null || found.publishedVersion === null)
    throw new ApiError('workflow_not_published', 'The workflow has not been published.');
  const row = await db.workflowVersion.findUnique({
    where: { workflowId_version: { workflowId, version: number } },
    select: { compiled: true },
  });
  if (row === null) throw versionNotFound(number);
  const graph = row.compiled as unknown as CompiledGraph;
  return { workspaceId, workflowId, workflowName: found.name, version: number, graph };
}
