import { condition } from '@temporalio/workflow';

/** Whether nodes may begin. */
export class Gate {
  /** People paused the run. */
  paused = false;
  /** The run ends when what is at work has ended. */
  stopping = false;
  /** The workflow is about to continue as new. */
  holding = false;

  get open(): boolean {
    return !this.stopping && !this.paused && !this.holding;
  }

  /**
   * Waits until something may begin.
   * @returns false: nothing may any more.
   */
  async pass(): Promise<boolean> {
    if (!this.open) await condition(() => this.stopping || this.open);
    return !this.stopping;
  }
}
