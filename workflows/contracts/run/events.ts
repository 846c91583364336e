import type { Json } from '../json';
import type { ApprovalAction, Assignees } from './approvals';
import type { NodeRunStatus, RunError, RunStatus } from './status';

/**
 * Longest input or output in an event, in characters of JSON: a longer one is left out, and read from the node run or the
 * run instead.
 */
export const longestEventValue = 16_384;

/** What a run's events say. `seq` counts 1, 2, 3, … in the run, without gaps; it is the offset and the SSE id. */
export type RunEvent = { seq: number; at: string } & RunEventBody;

export type RunEventBody =
  | { type: `run.${RunStatus}`; runId: string; output?: Json; error?: RunError; by?: string }
  | {
      type: `node.${NodeRunStatus}`;
      nodeKey: string;
      nodeId: string;
      kind: string;
      label: string;
      attempt?: number;
      input?: Json;
      output?: Json;
      handles?: string[];
      error?: RunError;
      reused?: boolean;
    }
  | { type: 'node.retrying'; nodeKey: string; nodeId: string; attempt: number; error: RunError }
  | {
      type: 'approval.requested';
      approvalId: string;
      runId: string;
      nodeKey: string;
      title: string;
      actions: ApprovalAction[];
      assignees: Assignees;
      /** 0 at first, then counts the reminders. */
      reminder: number;
      escalated: boolean;
    }
  | {
      type: 'approval.decided';
      approvalId: string;
      runId: string;
      nodeKey: string;
      /** null: nobody decided; see status. */
      action: string | null;
      status: 'voted' | 'decided' | 'timed_out' | 'cancelled';
      by?: { userId: string; name: string };
    };

/** What a run's approvals tell its room, too. */
export type ApprovalEvent = Extract<RunEventBody, { type: 'approval.requested' | 'approval.decided' }>;

/** Told while they happen only: no seq, lost when nobody listens. */
export type RunEphemeral =
  /** There are events up to this seq: read them. */
  | { type: 'run.changed'; seq: number }
  | { type: 'node.delta'; nodeKey: string; part: string; attempt: number; index: number; text: string };
