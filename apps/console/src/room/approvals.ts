import type { ApprovalEvent } from '../../../../workflows/contracts/run/events';
import type { Approval } from '../api/shapes';
import type { TurnNote } from './turns';

/** A question to people that nobody has settled yet. */
export interface OpenApproval {
  readonly approvalId: string;
  /** As it was read last; null: only told of so far, so it is not known who may decide. */
  readonly view: Approval | null;
  /** Counts what was told of it: a request, a reminder, a vote, or that something was missed. */
  readonly told: number;
  /** The value of `told` that the last reading made good. */
  readonly read: number;
}

export interface Approvals {
  /** In the order they came. */
  readonly open: readonly OpenApproval[];
  /** Ids of those that have ended, newest last, bounded: a late reading may still name them. */
  readonly ended: readonly string[];
}

export const noApprovals: Approvals = { open: [], ended: [] };

const endedKept = 100;

/** How an approval ended. */
export interface Ending {
  approvalId: string;
  runId: string;
  status: Approval['status'];
  /** Who settled it; null: nobody did. */
  decided: { userId: string; name: string; action: string } | null;
}

/** A frame tells of an approval; its description and form, and who may decide, are read when that has changed. */
export function tellOfApproval(approvals: Approvals, approvalId: string): Approvals {
  if (approvals.ended.includes(approvalId)) return approvals;
  if (!approvals.open.some((open) => open.approvalId === approvalId)) {
    return { ...approvals, open: [...approvals.open, { approvalId, view: null, told: 1, read: 0 }] };
  }
  return changeOpen(approvals, approvalId, (open) => ({ ...open, told: open.told + 1 }));
}

/** Events were missed: each of them may have changed, or ended. */
export const doubtApprovals = (approvals: Approvals): Approvals => ({
  ...approvals,
  open: approvals.open.map((open) => ({ ...open, told: open.told + 1 })),
});

/** Takes over those of a list that were not known. The others are read by themselves. */
export function addApprovals(approvals: Approvals, listed: readonly Approval[]): Approvals {
  const known = new Set([...approvals.ended, ...approvals.open.map(({ approvalId }) => approvalId)]);
  const added = listed
    .filter(({ id }) => !known.has(id))
    .sort((a, b) => a.requestedAt.localeCompare(b.requestedAt))
    .map((view) => ({ approvalId: view.id, view, told: 0, read: 0 }));
  return added.length === 0 ? approvals : { ...approvals, open: [...approvals.open, ...added] };
}

/** @param told its value when the reading began: what is told meanwhile has to be read again. */
export const readApproval = (approvals: Approvals, view: Approval, told: number): Approvals =>
  changeOpen(approvals, view.id, (open) => ({ ...open, view, read: told }));

export const unreadApprovals = ({ open }: Approvals): readonly OpenApproval[] =>
  open.filter(({ told, read }) => told > read);

export function closeApproval(approvals: Approvals, approvalId: string): Approvals {
  if (approvals.ended.includes(approvalId)) return approvals;
  return {
    open: approvals.open.filter((open) => open.approvalId !== approvalId),
    ended: [...approvals.ended, approvalId].slice(-endedKept),
  };
}

function changeOpen(
  approvals: Approvals,
  approvalId: string,
  to: (open: OpenApproval) => OpenApproval,
): Approvals {
  return {
    ...approvals,
    open: approvals.open.map((open) => (open.approvalId === approvalId ? to(open) : open)),
  };
}

/** null: it goes on. */
export function endingTold(event: ApprovalEvent): Ending | null {
  if (event.type === 'approval.requested' || event.status === 'voted') return null;
  const { approvalId, runId, status, action, by } = event;
  return { approvalId, runId, status, decided: by && action !== null ? { ...by, action } : null };
}

/** The same of an approval that was read. */
export function endingRead({ id, runId, status, action, decisions }: Approval): Ending | null {
  if (status === 'pending') return null;
  return {
    approvalId: id,
    runId,
    status,
    decided: decisions.findLast((decision) => decision.action === action) ?? null,
  };
}

/** What the conversation says of it; null: nothing, since the question was not seen, or its run was stopped. */
export function noteOfEnding(
  { approvalId, runId, status, decided }: Ending,
  view: Approval | null,
  myId: string,
  afterSeq: number,
): TurnNote | null {
  if (view === null || status === 'cancelled') return null;
  const note = { id: approvalId, workflowRunId: runId, kind: 'quiet', afterSeq } as const;
  if (decided === null) return { ...note, text: `Nobody decided in time: ${view.title}` };
  const who = decided.userId === myId ? 'You' : decided.name;
  return { ...note, text: `${who} chose “${labelOf(view, decided.action)}”: ${view.title}` };
}

export const labelOf = ({ actions }: Pick<Approval, 'actions'>, action: string): string =>
  actions.find(({ id }) => id === action)?.label ?? action;
