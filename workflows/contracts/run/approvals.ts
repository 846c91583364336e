import type { JsonObject, JsonSchema } from '../json';

/** What a node asks of people. */
export interface ApprovalRequest {
  title: string;
  description: string;
  /** Form that a decision fills in; null: none. */
  schema: JsonSchema | null;
  actions: ApprovalAction[];
  assignees: Assignees;
  /** How many people must choose the same action. */
  quorum: number;
  /** How often the assignees are told again, in seconds; null: once is enough. */
  reminderSeconds: number | null;
  /** More people may decide after a while. */
  escalation: { afterSeconds: number; assignees: Assignees } | null;
  /** null: as long as the run may take. */
  timeoutSeconds: number | null;
}

export interface ApprovalAction {
  id: string;
  label: string;
}

/** Who may decide: anybody whom one of these names. */
export interface Assignees {
  /** Roles in the workspace; `room_owner` and `room_member` are those of the run's room. */
  roles: AssigneeRole[];
  /** User ids. */
  users: string[];
}

export const assigneeRoles = ['admin', 'teacher', 'student', 'member', 'room_owner', 'room_member'] as const;
export type AssigneeRole = (typeof assigneeRoles)[number];

export interface Decision {
  userId: string;
  /** For people to read. */
  name: string;
  action: string;
  data: JsonObject | null;
  comment: string | null;
  /** ISO 8601. */
  decidedAt: string;
}

/** `timeout`: nobody decided in time. */
export type ApprovalOutcome =
  | { status: 'decided'; action: string; decisions: Decision[]; approvalId: string }
  | { status: 'timeout'; decisions: Decision[]; approvalId: string };

/** Argument of the update `decide`. */
export interface DecideRequest {
  approvalId: string;
  userId: string;
  name: string;
  action: string;
  data: JsonObject | null;
  comment: string | null;
}

/** What the update answers once it is stored. */
export interface DecideResult {
  decision: Decision;
  /** The quorum is reached: the run goes on. */
  decided: boolean;
  /** Decisions for the same action that are still missing. */
  missing: number;
}

/** Types of the failures by which the update refuses. Their details hold what the API tells. */
export const decideRefusals = {
  /** Details: the Decision that won. */
  alreadyDecided: 'already_decided',
  /** This person has decided, and more people are needed. Details: their Decision. */
  alreadyVoted: 'already_voted',
  /** It timed out or was cancelled, or the run knows nothing of it. Details: `{status}`. */
  notPending: 'approval_not_pending',
  unknownAction: 'unknown_action',
} as const;

/** A pending approval as continue-as-new carries it. */
export interface PendingApproval {
  approvalId: string;
  key: string;
  request: ApprovalRequest;
  decisions: Decision[];
  /** Milliseconds since 1970. */
  requestedAt: number;
  remindersSent: number;
  escalated: boolean;
}

/** An approval that ended, for who comes late. */
export interface EndedApproval {
  approvalId: string;
  status: 'decided' | 'timed_out' | 'cancelled';
  /** The one that won. */
  decision: Decision | null;
}
