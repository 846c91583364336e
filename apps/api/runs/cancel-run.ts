import type { CancelRun } from '../../../workflows/contracts/run/run';
import type { ApiServices } from '../http/services';
import { recordAudit } from '../identity/audit';
import type { Identity } from '../identity/identity';
import { findRun } from './run-access';

export interface CancelRequest {
  user: Identity;
  runId: string;
  mode: CancelRun['mode'];
  /** Where it came from. */
  address: string;
}

/**
 * Asks a run, of a workflow or of a turn, to end. Does nothing when it has ended.
 * @throws ApiError `run_not_found`, `forbidden`; TemporalUnavailableError
 */
export async function cancelRunFor(
  { database, rooms, runs }: Pick<ApiServices, 'database' | 'rooms' | 'runs'>,
  { user, runId, mode, address }: CancelRequest,
): Promise<void> {
  const found = await findRun(database, user, 'control', runId);
  if (found.endedAt !== null) return;
  const by = user.name;
  if (found.kind === 'workflow') await runs.cancel(runId, { by, mode });
  else if (found.roomId !== null) await rooms.cancelTurn(found.roomId, { turnId: runId, by });
  await recordAudit(database, {
    action: 'run_cancelled',
    actorId: user.userId,
    workspaceId: found.workspaceId,
    target: ['run', runId],
    data: { mode },
    address,
  });
}
