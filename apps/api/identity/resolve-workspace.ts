import type { Database } from '../../../infra/database/client';
import { ApiError } from '../http/problems';
import { authorise, type Caller, type WorkspaceAction, type WorkspaceScope } from './permissions';

/** How a request may name its workspace; the first that is given counts, ids before slugs, headers before the query. */
export interface WorkspaceChoice {
  id?: string | undefined;
  slug?: string | undefined;
}

/**
 * The workspace a request is about, with the right to do `action` in it. Without a choice: the caller's only
 * workspace, else the personal one.
 * @throws ApiError `workspace_required` when that does not say which; `workspace_not_found`, `forbidden`.
 */
export async function resolveWorkspace(
  db: Database,
  caller: Caller,
  action: WorkspaceAction,
  { id, slug }: WorkspaceChoice,
): Promise<WorkspaceScope> {
  if (id !== undefined) return authorise(db, caller, action, { workspaceId: id });
  if (slug !== undefined) return authorise(db, caller, action, { workspaceSlug: slug });
  const memberships = await db.membership.findMany({
    where: { userId: caller.userId },
    select: { workspaceId: true, workspace: { select: { personal: true } } },
    orderBy: { workspaceId: 'asc' },
  });
  const fallback =
    memberships.length === 1 ? memberships[0] : memberships.find(({ workspace }) => workspace.personal);
  if (fallback === undefined) {
    throw new ApiError(
      'workspace_required',
      'Name the workspace by the header X-Workspace-Id or X-Workspace-Slug.',
    );
  }
  return authorise(db, caller, action, { workspaceId: fallback.workspaceId });
}
