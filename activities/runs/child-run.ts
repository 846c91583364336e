import { ApplicationFailure } from '@temporalio/activity';
import { v7 as uuid } from 'uuid';
import { storable } from '../../infra/database/json-text';
import type { Database } from '../../infra/database/client';
import { graphLimits } from '../../workflows/contracts/graph/document';
import type { ChildRun } from '../../workflows/contracts/run/activities';
import { runWorkflowId } from '../../workflows/contracts/run/run';
import { runFailures } from '../../workflows/contracts/run/status';
import { Prisma } from '../../prisma/generated/client';

/** Makes the row of a sub-workflow's run, in the name of who started the parent; the second call finds the first one's. */
export async function createChildRun(database: Database, child: ChildRun): Promise<{ runId: string }> {
  const { parentRunId, parentKey, workspaceId, roomId, sessionId, workflowId, version, payload, depth } =
    child;
  if (depth > graphLimits.depth)
    throw ApplicationFailure.nonRetryable(
      `Sub-workflows are nested deeper than ${graphLimits.depth}.`,
      'subworkflow_failed',
    );
  const [parent, published] = await Promise.all([
    database.run.findFirst({
      where: { id: parentRunId, workspaceId },
      select: { initiatorId: true, triggerDepth: true },
    }),
    database.workflowVersion.findFirst({
      where: { workflowId, version, workflow: { workspaceId, deletedAt: null } },
      select: { version: true },
    }),
  ]);
  if (!parent) throw ApplicationFailure.nonRetryable(runFailures.run_gone, 'run_gone');
  if (!published) {
    const missing = `version ${version} of workflow ${workflowId}`;
    const message = `${runFailures.reference_missing} Missing: ${missing}.`;
    throw ApplicationFailure.nonRetryable(message, 'reference_missing', [missing]);
  }
  const id = uuid();
  await database.run.createMany({
    data: [
      {
        ...{ id, workspaceId, roomId, sessionId, workflowId, version, parentRunId, parentKey, depth },
        kind: 'workflow',
        status: 'queued',
        triggerType: 'workflow',
        temporalId: runWorkflowId(id),
        initiatorId: parent.initiatorId,
        triggerDepth: parent.triggerDepth,
        input: payload === null ? Prisma.JsonNull : (storable(payload) as Prisma.InputJsonValue),
      },
    ],
    skipDuplicates: true,
  });
  const stored = await database.run.findUniqueOrThrow({
    where: { parentRunId_parentKey: { parentRunId, parentKey } },
    select: { id: true },
  });
  return { runId: stored.id };
}
