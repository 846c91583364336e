import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  ChildWorkflowFailure,
  patched,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import type { ChildOutcome, ChildRun } from '../contracts/run/activities';
import { runMessages, type CancelRun } from '../contracts/run/run';
import { runFailure } from './failures';
import { recordActivities, type Records } from './records';
import { startRun, type RunWorkflow } from './start-run';

/** Sub-workflows under way: each is a run of its own, and follows its parent when that is paused or stopped. */
export class Children {
  private readonly running = new Set<ChildWorkflowHandle<RunWorkflow>>();
  /** Who paused the parent; null while it goes on. */
  private pausedBy: string | null = null;
  private stopping: CancelRun | null = null;

  constructor(private readonly records: Records) {}

  /** None is under way. */
  get idle(): boolean {
    return this.running.size === 0;
  }

  /** @throws ApplicationFailure `subworkflow_failed`; CancelledFailure when it was stopped with its parent. */
  async run(child: ChildRun): Promise<ChildOutcome> {
    const { runId } = await this.records.alone(() => recordActivities.createChildRun(child));
    const { workspaceId, roomId, workflowId, version, parentRunId, parentKey } = child;
    const handle = await startRun(
      { runId, workspaceId, roomId },
      { workflowId, version, triggerType: 'workflow', initiator: `run ${parentRunId}` },
      {
        parentClosePolicy: 'REQUEST_CANCEL',
        cancellationType: 'WAIT_CANCELLATION_COMPLETED',
        staticSummary: `Sub-workflow of run ${parentRunId}, node ${parentKey}`,
      },
    );
    this.running.add(handle);
    this.tellNew(handle);
    try {
      const { status, output } = (await handle.result()).value;
      if (status === 'completed' && output !== undefined) return { runId, output };
      if (this.stopping) throw new CancelledFailure('The run is stopping');
      throw runFailure('subworkflow_failed', `The sub-workflow was ${status}: run ${runId}.`);
    } catch (error) {
      // Also when somebody cancelled it and not its parent.
      if (error instanceof ChildWorkflowFailure && !CancellationScope.current().consideredCancelled)
        throw runFailure('subworkflow_failed', `${reasonOf(error)} Sub-workflow: run ${runId}.`);
      throw error;
    } finally {
      this.running.delete(handle);
    }
  }

  tell(message: 'pause' | 'resume', by: string): void {
    this.pausedBy = message === 'pause' ? by : null;
    for (const child of this.running) void child.signal(runMessages[message], { by });
  }

  stop(request: CancelRun): void {
    this.stopping = request;
    for (const child of this.running) void child.signal(runMessages.cancel, request);
  }

  /** What its parent was told while it was being started. */
  private tellNew(child: ChildWorkflowHandle<RunWorkflow>): void {
    if ((this.pausedBy === null && !this.stopping) || !patched('children-being-started')) return;
    if (this.pausedBy !== null) void child.signal(runMessages.pause, { by: this.pausedBy });
    if (this.stopping) void child.signal(runMessages.cancel, this.stopping);
  }
}

const reasonOf = ({ cause }: ChildWorkflowFailure): string =>
  cause instanceof ApplicationFailure ? cause.message : 'It was cancelled, or terminated.';
