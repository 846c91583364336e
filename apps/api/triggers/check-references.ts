import type { Prisma } from '../../../prisma/generated/client';
import { ApiError, type FieldError } from '../http/problems';
import { findRunnable } from '../runs/runnable';
import type { PolicyFields } from './policy-fields';

/** Fields that name something else. */
export type References = Partial<
  Pick<PolicyFields, 'scope' | 'conditions' | 'version'> & { workflowId: string | undefined }
>;

/** What a policy names and its workspace does not have, everything at once. */
export async function checkReferences(
  db: Prisma.TransactionClient,
  workspaceId: string,
  { scope, conditions, workflowId, version }: References,
): Promise<FieldError[]> {
  return [
    ...(await checkScope(db, workspaceId, scope)),
    ...(workflowId === undefined ? [] : await checkWorkflow(db, workspaceId, workflowId, version ?? null)),
    ...(await checkAgents(db, workspaceId, conditions?.mentions ?? [])),
    ...(await checkWorkflows(db, workspaceId, conditions?.workflowIds ?? [])),
  ];
}

async function checkScope(
  db: Prisma.TransactionClient,
  workspaceId: string,
  scope: PolicyFields['scope'],
): Promise<FieldError[]> {
  const { workspaceId: named = workspaceId, courseId, roomId } = scope ?? {};
  if (named !== workspaceId)
    return [missing('scope.workspaceId', 'workspace_not_found', 'The request is for another workspace.')];
  if (courseId !== undefined && (await db.course.count({ where: { id: courseId, workspaceId } })) === 0)
    return [missing('scope.courseId', 'course_not_found', 'The workspace has no such course.')];
  const room = { id: roomId ?? '', workspaceId, deletedAt: null };
  if (roomId !== undefined && (await db.room.count({ where: room })) === 0)
    return [missing('scope.roomId', 'room_not_found', 'The workspace has no such room.')];
  return [];
}

async function checkWorkflow(
  db: Prisma.TransactionClient,
  workspaceId: string,
  workflowId: string,
  version: number | null,
): Promise<FieldError[]> {
  try {
    await findRunnable(db, { workspaceId, workflowId }, version);
    return [];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [
      missing(error.code === 'version_not_found' ? 'version' : 'workflowId', error.code, error.message),
    ];
  }
}

async function checkAgents(
  db: Prisma.TransactionClient,
  workspaceId: string,
  agentIds: readonly string[],
): Promise<FieldError[]> {
  if (agentIds.length === 0) return [];
  const rows = await db.agent.findMany({
    where: { id: { in: [...agentIds] }, workspaceId },
    select: { id: true },
  });
  return unknownOf(agentIds, rows).map((index) =>
    missing(`conditions.mentions.${String(index)}`, 'agent_not_found', 'The workspace has no such agent.'),
  );
}

async function checkWorkflows(
  db: Prisma.TransactionClient,
  workspaceId: string,
  workflowIds: readonly string[],
): Promise<FieldError[]> {
  if (workflowIds.length === 0) return [];
  const rows = await db.workflow.findMany({
    where: { id: { in: [...workflowIds] }, workspaceId, deletedAt: null },
    select: { id: true },
  });
  return unknownOf(workflowIds, rows).map((index) =>
    missing(
      `conditions.workflowIds.${String(index)}`,
      'workflow_not_found',
      'The workspace has no such workflow.',
    ),
  );
}

function unknownOf(ids: readonly string[], rows: readonly { id: string }[]): number[] {
  const known = new Set(rows.map(({ id }) => id));
  return ids.flatMap((id, index) => (known.has(id) ? [] : [index]));
}

const missing = (field: string, code: string, message: string): FieldError => ({
  path: `body.${field}`,
  code,
  message,
});
