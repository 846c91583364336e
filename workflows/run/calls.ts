import { CancellationScope, CancelledFailure } from '@temporalio/workflow';
import type { Gate } from './gate';

/** Bounds how many calls are under way at once; the others wait their turn, first come, first served. */
export class Calls {
  private underWay = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly gate: Gate,
    private readonly limit: number,
  ) {}

  /** Calls under way, or about to be. */
  get count(): number {
    return this.underWay;
  }

  /** @throws CancelledFailure when nothing may begin any more. */
  async make<T>(work: () => Promise<T>): Promise<T> {
    // Nearly always there is nothing to wait for: a promise saved for each node.
    const free = this.gate.open && this.waiting.length === 0 && this.underWay - this.free < this.limit;
    if (free) this.underWay += 1;
    else await this.acquire();
    try {
      return await work();
    } finally {
      this.underWay -= 1;
      this.waiting.shift()?.();
    }
  }

  /** A call that takes no place of others: waiting for a sub-workflow. */
  async makeFreely<T>(work: () => Promise<T>): Promise<T> {
    if (!(await this.gate.pass())) throw new CancelledFailure('The run is stopping');
    return this.complete(work);
  }

  /** What belongs to work that has been done: it takes no place, and nothing holds it back. */
  async complete<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    this.free += 1;
    try {
      return await work();
    } finally {
      this.underWay -= 1;
      this.free -= 1;
    }
  }

  private free = 0;

  private async acquire(): Promise<void> {
    try {
      for (;;) {
        if (!(await this.gate.pass())) throw new CancelledFailure('The run is stopping');
        if (this.underWay - this.free < this.limit) break;
        await this.place();
      }
    } catch (error) {
      // It may have been called already: the place goes to the next.
      this.waiting.shift()?.();
      throw error;
    }
    this.underWay += 1;
  }

  private async place(): Promise<void> {
    let leave = (): void => undefined;
    const free = new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      leave = () => {
        const at = this.waiting.indexOf(resolve);
        if (at >= 0) this.waiting.splice(at, 1);
      };
    });
    try {
      await Promise.race([free, CancellationScope.current().cancelRequested]);
    } catch (error) {
      leave();
      throw error;
    }
  }
}
