import { ApiError } from '../http/problems';
import type { ApiServices } from '../http/services';
import type { Identity } from '../identity/identity';
import { findRun } from './run-access';

/** Whether somebody who follows a run still may, or why not: their session has ended, or they may not see it any more. */
export async function mayStillFollow(
  { database, identity }: Pick<ApiServices, 'database' | 'identity'>,
  user: Identity,
  runId: string,
): Promise<'yes' | 'session_ended' | 'hidden'> {
  if (!(await identity.stillValid(user))) return 'session_ended';
  try {
    await findRun(database, user, 'read', runId);
    return 'yes';
  } catch (error) {
    if (error instanceof ApiError && error.code === 'run_not_found') return 'hidden';
    throw error;
  }
}
