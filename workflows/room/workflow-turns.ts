import { getExternalWorkflowHandle, log, patched } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { runMessages, runWorkflowId, type CancelRun } from '../contracts/run/run';
import type { Roster, RoomWorkflowInput, TurnEnded, TurnTrigger } from '../contracts/room';
import { startRun } from '../run/start-run';

/**
 * Turns that are runs of the room's workflow. A run outlives the execution of the room that started it, so its end comes
 * as a signal.
 */
export class WorkflowTurns {
  private readonly ends = new Map<string, (end: TurnEnded) => void>();
  /** Runs being started, by turn. */
  private readonly starts = new Map<string, Promise<void>>();

  constructor(private readonly room: RoomWorkflowInput) {}

  /** @param start what to run; null: the run is under way. */
  async follow(trigger: TurnTrigger, start: Roster['workflow'] | null): Promise<TurnEnded> {
    const { turnId } = trigger;
    const end = new Promise<TurnEnded>((resolve) => {
      this.ends.set(turnId, resolve);
    });
    if (start) {
      const started = this.start(trigger, start).finally(() => this.starts.delete(turnId));
      this.starts.set(turnId, started);
      await started;
    }
    return end.finally(() => this.ends.delete(turnId));
  }

  ended(end: TurnEnded): void {
    this.ends.get(end.turnId)?.(end);
  }

  async cancel(turnId: string, by: string): Promise<void> {
    const run = getExternalWorkflowHandle(runWorkflowId(turnId));
    try {
      // Before Temporal has started it, it would not be found.
      const started = this.starts.get(turnId);
      if (started && patched('cancel-after-start')) await started;
      await run.signal<[CancelRun]>(runMessages.cancel, { by, mode: 'cancel' });
      await run.cancel();
    } catch (error) {
      log.info('The run had ended when it was to be cancelled', { turnId, error });
    }
  }

  private async start(
    { turnId: runId, by }: TurnTrigger,
    workflow: NonNullable<Roster['workflow']>,
  ): Promise<void> {
    const { roomId, workspaceId } = this.room;
    try {
      const run = { runId, workspaceId, roomId, isTurn: true };
      await startRun(
        run,
        { ...workflow, triggerType: 'message', initiator: by },
        {
          parentClosePolicy: 'ABANDON',
          cancellationType: 'ABANDON',
          staticSummary: 'A message in the room runs its workflow',
        },
      );
    } catch (error) {
      // Somebody else has started it, because it seemed to have been forgotten.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }
}
