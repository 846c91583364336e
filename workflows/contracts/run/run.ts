import type { Json } from '../json';
import type { NodeRunStatus, RunError, RunStatus } from './status';
import type { EndedApproval, PendingApproval } from './approvals';
import type { OpenedRun } from './activities';

/**
 * First argument. The second is what the previous execution handed over at continue-as-new, `Claimed<CarriedRun>`; the
 * third what the workflow would read first, from a starter that has read it: `Claimed<OpenedRun>`.
 */
export interface RunWorkflowInput {
  runId: string;
  workspaceId: string;
  roomId: string | null;
  /** A message in the room started it: the room is told when it ends. */
  isTurn?: boolean;
}

/** How it ended; nothing large: the rest is in the run's row. */
export interface RunWorkflowResult {
  status: 'completed' | 'failed' | 'cancelled';
  /** Of a completed run. */
  output?: Json;
  /** Of a failed run. */
  error?: RunError;
}

export interface CarriedRun {
  opened: OpenedRun;
  root: ScopeState;
  approvals: { pending: PendingApproval[]; ended: EndedApproval[] };
  paused: boolean;
  /** When the run must have ended, in milliseconds since 1970. */
  deadline: number;
}

/** What became of the nodes of a scope so far: of the graph, or of one iteration of a loop. */
export interface ScopeState {
  nodes: Record<string, NodeState>;
}

export interface NodeState {
  status: Extract<NodeRunStatus, 'completed' | 'failed' | 'skipped' | 'cancelled'> | 'running';
  output?: Json;
  handles?: string[];
  /** When it began, in milliseconds since 1970. */
  since?: number;
  /** What the kind keeps of a node at work. */
  memory?: Record<string, Json>;
  /** Iterations of a loop that are under way or whose results are not in its memory yet. */
  iterations?: Record<string, ScopeState>;
}

export const runWorkflowId = (runId: string): string => `run:${runId}`;
export const runWorkflowType = 'runWorkflow';

export const runMessages = {
  /** Signal `[{by}]`. No node begins until `resume`; those at work go on. */
  pause: 'pause',
  /** Signal `[{by}]`. */
  resume: 'resume',
  /** Signal `[CancelRun]`. */
  cancel: 'cancel',
  /** Update `[DecideRequest]` → DecideResult; refused with the types of `decideRefusals`. */
  decide: 'decide',
  /** Query: RunProgress. */
  progress: 'progress',
} as const;

export interface CancelRun {
  by: string;
  /** `stop`: nodes at work are let finish. `cancel`: they are cancelled. */
  mode: 'cancel' | 'stop';
}

export interface RunProgress {
  status: RunStatus;
  /** Keys of the nodes at work. */
  running: string[];
  /** Keys of the nodes that wait for people or for a time. */
  waiting: string[];
  /** How many nodes have ended. */
  ended: number;
}
