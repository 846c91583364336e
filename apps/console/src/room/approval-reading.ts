import type { Client } from '../api/client';
import { ProblemError } from '../api/problem';
import { backoffMs } from '../socket/backoff';
import { unreadApprovals, type Approvals, type OpenApproval } from './approvals';
import type { RoomAction } from './room-state';

interface Options {
  client: Pick<Client, 'approval'>;
  approvals: () => Approvals;
  dispatch: (action: RoomAction) => void;
  isClosed: () => boolean;
}

/** Reads approvals that were told of, each by itself and until it works. @returns a function that begins with new ones. */
export function createApprovalReading({ client, approvals, dispatch, isClosed }: Options): () => void {
  const busy = new Set<string>();

  const unreadOne = (id: string): OpenApproval | undefined =>
    unreadApprovals(approvals()).find(({ approvalId }) => approvalId === id);

  async function read(id: string): Promise<void> {
    let failures = 0;
    for (let unread = unreadOne(id); unread !== undefined && !isClosed(); unread = unreadOne(id)) {
      try {
        dispatch({ type: 'approval-read', approval: await client.approval(id), told: unread.told });
        failures = 0;
      } catch (error) {
        if (error instanceof ProblemError && error.status === 401) return;
        if (error instanceof ProblemError && error.status === 404) {
          dispatch({ type: 'approval-gone', approvalId: id });
          return;
        }
        failures += 1;
        await new Promise((resolve) => setTimeout(resolve, backoffMs(failures, Math.random())));
      }
    }
  }

  return () => {
    for (const { approvalId } of unreadApprovals(approvals())) {
      if (busy.has(approvalId)) continue;
      busy.add(approvalId);
      void read(approvalId).finally(() => busy.delete(approvalId));
    }
  };
}
