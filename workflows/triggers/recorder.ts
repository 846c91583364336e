import { log, workflowInfo } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { FireDecision, FiredRun } from '../contracts/triggers/activities';
import { fireDecision, skipDecision } from './decisions';
import type { LocalTurn } from '../local-turn';
import { Skips } from './skips';
import { startFiredRun } from './start-fired-run';
import type { States } from './states';
import { isRoomGone, triggerActivities } from './trigger-activities';
import type { Fired, Skipped } from './verdicts';

/** Whose events are decided over; without a room, the workspace's own. */
export interface Host {
  workspaceId: string;
  roomId: string | null;
}

/** Most decisions that are recorded at once. */
const batchLimit = 100;
/** Skips wait this long for others like them. */
const gatherMs = 1000;

/** Decisions on their way into Postgres, in order, and the starts of the runs that come of them. */
export class Recorder {
  private readonly firings: { fired: Fired; decision: FireDecision }[] = [];
  private readonly skips = new Skips();
  private skipsDue = Infinity;
  private flushing = false;
  private starting = 0;

  constructor(
    private readonly host: Host,
    private readonly turn: LocalTurn,
    private readonly states: States,
  ) {}

  /** Something is to be recorded now. */
  get pending(): boolean {
    return this.firings.length > 0 || (this.flushing && this.skips.size > 0);
  }

  /** Something is to be recorded, now or later. */
  get holdsAny(): boolean {
    return this.firings.length > 0 || this.skips.size > 0;
  }

  /** When `flush` is due for the skips gathered so far, in milliseconds since 1970; Infinity: it is not. */
  get flushDue(): number {
    return this.flushing ? Infinity : this.skipsDue;
  }

  /** Runs are being started. */
  get isStarting(): boolean {
    return this.starting > 0;
  }

  fired(fired: Fired): void {
    const decision = fireDecision(fired);
    if ('firingId' in decision) this.firings.push({ fired, decision });
    else {
      this.undo(fired);
      this.skipped(decision);
    }
  }

  skipped(skip: Skipped): void {
    this.skips.add(skip);
    this.skipsDue = Math.min(this.skipsDue, Date.now() + gatherMs);
  }

  /** Records the skips without waiting for more. */
  flush(): void {
    this.flushing = this.skips.size > 0;
  }

  /** Records what has come up so far, at most one batch, and starts the runs. */
  async record(): Promise<void> {
    const firings = this.firings.splice(0, batchLimit);
    const skips = this.skips.take(batchLimit - firings.length);
    if (this.skips.size === 0) {
      this.flushing = false;
      this.skipsDue = Infinity;
    }
    const decisions = [
      ...firings.map(({ decision }) => decision),
      ...skips.map((skip) => skipDecision(skip, `${workflowInfo().runId}/${skip.generation}`)),
    ];
    try {
      const outcomes = await this.turn.run(() =>
        triggerActivities.recordDecisions({ ...this.host, decisions }),
      );
      const known = new Map(outcomes.map((outcome) => [outcome.firingId, outcome]));
      for (const { fired, decision } of firings) {
        const outcome = known.get(decision.firingId);
        if (outcome?.outcome === 'fired') void this.start(fired, outcome.run);
        else if (outcome?.outcome === 'skipped') this.undo(fired);
      }
    } catch (error) {
      if (!isRoomGone(error)) log.error('Decisions could not be recorded', { decisions, error });
    }
  }

  private async start({ policy }: Fired, run: FiredRun): Promise<void> {
    this.starting += 1;
    try {
      await startFiredRun(policy, run, this.host, {
        parentClosePolicy: 'ABANDON',
        cancellationType: 'ABANDON',
      });
    } catch (error) {
      // Its row is stored: a run that is not started here is found and started by the platform.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError))
        log.warn('The run could not be started', { runId: run.runId, error });
    } finally {
      this.starting -= 1;
    }
  }

  /** The policy did not fire after all: it stands where it stood. */
  private undo({ key, at, before }: Fired): void {
    const { lastFiredAt, messages = 0, own = [], ...state } = this.states.get(key) ?? {};
    if (lastFiredAt !== at) return;
    this.states.set(key, {
      ...state,
      ...(before.lastFiredAt !== undefined && { lastFiredAt: before.lastFiredAt }),
      messages: messages + (before.messages ?? 0),
      own: own.filter((time) => time !== at),
    });
  }
}
