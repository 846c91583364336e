import type { Database } from '../../../infra/database/client';
import type { Prisma, Task } from '../../../prisma/generated/client';
import type { WorkspaceRole } from '../../../prisma/generated/enums';
import { ApiError } from '../http/problems';
import { decideInWorkspace } from '../identity/permission-rules';
import type { Caller } from '../identity/permissions';

export const taskNotFound = (): ApiError =>
  new ApiError('task_not_found', 'There is no such task, or it is not yours to see.');

/** Tasks, like the runs they start, are for who made them and for staff of the workspace. */
export function visibleTasks(
  { userId, superAdmin }: Caller,
  workspaceRole: WorkspaceRole | null,
): Prisma.TaskWhereInput {
  const oversees = decideInWorkspace('run:oversee', { superAdmin, workspaceRole, roomRole: null });
  return oversees === 'allowed' ? {} : { createdById: userId };
}

/** @throws ApiError `task_not_found` */
export async function findTask(database: Database, caller: Caller, id: string): Promise<Task> {
  const found = await database.task.findUnique({
    where: { id },
    include: {
      workspace: { select: { memberships: { where: { userId: caller.userId }, select: { role: true } } } },
    },
  });
  if (found === null) throw taskNotFound();
  const { workspace, ...task } = found;
  const role = workspace.memberships[0]?.role ?? null;
  const { createdById } = visibleTasks(caller, role);
  const belongs = caller.superAdmin || role !== null;
  if (!belongs || (createdById !== undefined && createdById !== task.createdById)) throw taskNotFound();
  return task;
}
