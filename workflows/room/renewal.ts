import {
  CancellationScope,
  condition,
  isCancellation,
  patched,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { breather } from '../contracts/breather';

/** A room in which nothing arrived for this long is calm. */
const calmMs = 500;
/** What was sent before a breather has arrived after so much of it. */
const settledMs = 90;
/**
 * Events from which a calm moment is waited for, or fewer when the server suggests it. A worker that takes the workflow over, or
 * has dropped it, replays them all, at a millisecond each; continuing as new costs as much as a few messages.
 */
const longEnough = 600;
/** How many times longer the history may get before the room continues as new at any moment. */
const patience = 7;
/** The same in executions from before there were breathers. */
const before = { longEnough: 2500, calmMs: 150, patience: 4 };
/**
 * Events from which it does so in any case. A replay that takes longer than a workflow task may is tried again and again in vain, so
 * there must be room for a machine that is several times slower.
 */
const longest = 4000;

/**
 * Decides when a room continues as new. A message, or a timer, that comes in the last moment makes the server refuse the end of
 * the execution, and the worker replay all of the history: so a calm moment is waited for, or the next breather.
 */
export class Renewal {
  private arrivals = 0;
  private lastArrivalAt = 0;
  /** Arrivals when the room was last found calm. */
  private calmAt = -1;
  /** Length of the history when it was long enough. */
  private watchedSince: number | null = null;
  private readonly looking = new CancellationScope();

  /** Something arrived. */
  note(): void {
    this.arrivals += 1;
    this.lastArrivalAt = Date.now();
  }

  /** The history is long enough, and nobody watches for a calm moment yet: call `watch`. */
  get unwatched(): boolean {
    if (this.watchedSince !== null) return false;
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (historyLength >= before.longEnough || continueAsNewSuggested) return true;
    return historyLength >= longEnough && patched('breathers');
  }

  /** @param quiet nothing is at work, so that timers are set only when the room could continue as new. */
  async watch(quiet: () => boolean): Promise<void> {
    this.watchedSince = workflowInfo().historyLength;
    try {
      await this.looking.run(() => (patched('breathers') ? this.look(quiet) : this.lookAsBefore(quiet)));
    } catch (error) {
      if (!isCancellation(error)) throw error;
    }
  }

  /** Sets no timers any more. */
  stop(): void {
    if (patched('breathers')) this.looking.cancel();
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
    if (historyLength >= before.patience * this.watchedSince && !patched('breathers')) return true;
    return historyLength >= longest && patched('bounded-histories');
  }

  private async look(quiet: () => boolean): Promise<never> {
    await condition(quiet);
    await sleep(calmMs);
    if (Date.now() - this.lastArrivalAt >= calmMs) this.calmAt = this.arrivals;
    for (;;) {
      await condition(quiet);
      await sleep(untilSettled());
      // What came before the breather may be at work still.
      await condition(quiet);
      if (isSettled() && Date.now() - this.lastArrivalAt >= settledMs) this.calmAt = this.arrivals;
    }
  }

  private async lookAsBefore(quiet: () => boolean): Promise<never> {
    for (;;) {
      await condition(quiet);
      const { arrivals } = this;
      await sleep(before.calmMs);
      if (this.arrivals === arrivals) this.calmAt = arrivals;
    }
  }
}

/** When a breather has calmed the room, in milliseconds from the one before. */
const settledAt = breather.everyMs - breather.forMs + settledMs;

const isSettled = (): boolean => Date.now() % breather.everyMs >= settledAt;

function untilSettled(): number {
  const wait = settledAt - (Date.now() % breather.everyMs);
  return wait > 0 ? wait : wait + breather.everyMs;
}
