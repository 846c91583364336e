import type {
  DecideRequest,
  DecideResult,
  Decision,
  decideRefusals,
} from '../../workflows/contracts/run/approvals';
import type { OpenedRun } from '../../workflows/contracts/run/activities';
import type { CancelRun, RunProgress, RunWorkflowResult } from '../../workflows/contracts/run/run';

/** A run whose row is stored. */
export interface RunStart {
  runId: string;
  workspaceId: string;
  /** null: headless. */
  roomId: string | null;
  workflowId: string;
  version: number;
  triggerType: string;
  /** Who started it, for operators: a user's id, or `platform`. */
  initiator: string;
  workflowName: string;
  /** A message in the room started it, and the room waits for its end. */
  isTurn?: boolean;
  /** What the workflow would read first; whoever gives it records the opening. */
  opened?: OpenedRun;
}

export type DecisionRefusal = (typeof decideRefusals)[keyof typeof decideRefusals];

/** The run did not take the decision. */
export class DecisionRefusedError extends Error {
  constructor(
    readonly reason: DecisionRefusal,
    /** The decision that stands in the way, or what became of the approval; null: the run has ended. */
    readonly details: Decision | { status: string } | null,
  ) {
    super(`The decision was refused: ${reason}`);
    this.name = 'DecisionRefusedError';
  }
}

/** How processes speak to runs of workflows. Each call throws TemporalUnavailableError while Temporal is away. */
export interface RunGateway {
  /** Starts the run; does nothing when it was started before, whatever became of it. */
  start(run: RunStart): Promise<void>;
  /**
   * Waits for the run's end.
   * @returns null when it is still going on after `timeoutMs`, or was never started. A run whose workflow was
   *   terminated has failed with `run_lost`.
   */
  result(runId: string, timeoutMs: number): Promise<RunWorkflowResult | null>;
  /** No node begins until `resume`. false: the run is not running. */
  pause(runId: string, by: string): Promise<boolean>;
  resume(runId: string, by: string): Promise<boolean>;
  /** false: the run is not running. */
  cancel(runId: string, request: CancelRun): Promise<boolean>;
  /**
   * Resolves once the decision is stored. Needs a worker.
   * @throws DecisionRefusedError
   */
  decide(runId: string, request: DecideRequest): Promise<DecideResult>;
  /** null: the run is not known to Temporal. Needs a worker. */
  progress(runId: string): Promise<RunProgress | null>;
}
