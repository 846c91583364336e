import { CancellationScope, condition, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { LocalTurn } from '../local-turn';
import { describeError } from './failures';
import type { RunBatch, RunEntry, RunRecordActivities } from '../contracts/run/activities';

/** Local activities: a run waits for its database as long as it takes. */
export const recordActivities = proxyLocalActivities<RunRecordActivities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '5s' },
});

const durableActivities = proxyActivities<Pick<RunRecordActivities, 'recordRun'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '5s' },
});

/** Most entries in one batch. */
const batchLimit = 100;

/**
 * What happened in the run, on its way into Postgres: in order, those that come up together in one statement. The run
 * goes on meanwhile, since its own state is in history.
 */
export class Records {
  private readonly queue: RunEntry[] = [];
  private added = 0;
  private stored = 0;
  private draining = false;
  private readonly turn = new LocalTurn();

  /**
   * @param opening what was recorded when the run was opened, unless that process died at once: goes with the first batch.
   * @param onGone the run was deleted: nothing of it is recorded any more.
   */
  constructor(
    private readonly run: Omit<RunBatch, 'entries'>,
    private readonly opening: RunEntry[],
    private readonly onGone: () => void,
  ) {}

  get idle(): boolean {
    return this.added === this.stored;
  }

  add(...entries: RunEntry[]): void {
    this.queue.push(...entries);
    this.added += entries.length;
    if (this.draining) return;
    this.draining = true;
    // What the same moment brings goes along. A cancelled run is recorded like any other.
    void Promise.resolve().then(() => CancellationScope.nonCancellable(() => this.drain()));
  }

  /** Resolves once everything added so far is stored. */
  async flushed(): Promise<void> {
    const target = this.added;
    await CancellationScope.nonCancellable(() => condition(() => this.stored >= target));
  }

  /**
   * Stores what an update brought. An update is in history only when its workflow task has ended, so that a task which is
   * lost may find another one first; a local activity would have stored the lost one by then. A plain activity begins
   * later.
   */
  async store(...entries: RunEntry[]): Promise<void> {
    const summary = 'Records a decision';
    try {
      await CancellationScope.nonCancellable(() =>
        durableActivities.recordRun.executeWithOptions({ summary }, [{ ...this.run, entries }]),
      );
    } catch (error) {
      if (isGone(error)) this.onGone();
      throw error;
    }
  }

  /** Runs a local activity when no other one is under way. */
  alone<T>(call: () => Promise<T>): Promise<T> {
    return this.turn.run(call);
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      const entries = this.queue.splice(0, batchLimit);
      const batch = { ...this.run, entries: [...this.opening.splice(0), ...entries] };
      try {
        await this.alone(() => recordActivities.recordRun(batch));
      } catch (error) {
        if (!isGone(error)) throw error;
        this.onGone();
      }
      this.stored += entries.length;
    }
    this.draining = false;
  }
}

const isGone = (error: unknown): boolean => describeError(error).code === 'run_gone';
