import { getApproval, getApprovals } from './approvals';
import { decideApproval } from './decide';

export const approvalRoutes = [getApprovals, getApproval, decideApproval];
