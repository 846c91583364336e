import { condition, patched, sleep, workflowInfo } from '@temporalio/workflow';

/** A room in which nothing arrived for this long is calm. */
const calmMs = 150;
/** Events from which a calm moment is waited for, or fewer when the server suggests it. */
const longEnough = 2500;
/** How many times longer the history may get before the room continues as new at any moment. */
const patience = 4;
/** Events from which it does so in any case: the server takes 10,000 signals an execution. */
const longest = 8000;

/**
 * Decides when a room continues as new. A message that arrives in the last moment makes the server refuse the end of the
 * execution, and the worker replay all of the history, for seconds: so a calm moment is waited for.
 */
export class Renewal {
  private arrivals = 0;
  /** Arrivals when the room was last found calm. */
  private calmAt = -1;
  /** Length of the history when it was long enough. */
  private watchedSince: number | null = null;

  /** Something arrived. */
  note(): void {
    this.arrivals += 1;
  }

  /** The history is long enough, and nobody watches for a calm moment yet: call `watch`. */
  get unwatched(): boolean {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    return this.watchedSince === null && (historyLength >= longEnough || continueAsNewSuggested);
  }

  /** @param quiet nothing is at work, so that timers are set only when the room could continue as new. */
  async watch(quiet: () => boolean): Promise<void> {
    this.watchedSince = workflowInfo().historyLength;
    for (;;) {
      await condition(quiet);
      const before = this.arrivals;
      await sleep(calmMs);
      if (this.arrivals === before) this.calmAt = before;
    }
  }

  /** Now is a good moment. */
  get due(): boolean {
    return this.calmAt === this.arrivals || this.overdue;
  }

  /** It cannot wait for a good moment any more. */
  get overdue(): boolean {
    if (this.watchedSince === null) return false;
    const { historyLength } = workflowInfo();
    if (historyLength >= patience * this.watchedSince) return true;
    return historyLength >= longest && patched('bounded-histories');
  }
}
