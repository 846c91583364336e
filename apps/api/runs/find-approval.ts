import type { Database } from '../../../infra/database/client';
import type { Approval, ApprovalDecision, Run } from '../../../prisma/generated/client';
import { ApiError } from '../http/problems';
import type { Caller } from '../identity/permissions';
import { mayDecide } from './approval-access';
import { decideRun, standingAt } from './run-access';

export interface FoundApproval {
  row: Approval & { decisions: ApprovalDecision[]; run: Pick<Run, 'initiatorId'> };
  /** The caller is asked. */
  decides: boolean;
}

/**
 * An approval is for those who may decide it, and those who may read its run.
 * @throws ApiError `approval_not_found`
 */
export async function findApproval(database: Database, caller: Caller, id: string): Promise<FoundApproval> {
  const missing = new ApiError('approval_not_found', 'There is no such approval, or it is not yours to see.');
  const row = await database.approval.findUnique({
    where: { id },
    include: { decisions: { orderBy: { decidedAt: 'asc' } }, run: { select: { initiatorId: true } } },
  });
  if (row === null) throw missing;
  const standing = await standingAt(database, caller, row);
  if (standing === null) throw missing;
  const decides = mayDecide(row, standing);
  const run = { roomId: row.roomId, initiatorId: row.run.initiatorId };
  if (!decides && decideRun('read', run, standing) !== 'allowed') throw missing;
  return { row, decides };
}
