/**
 * Lets one local activity of a workflow run at a time. Two that end in one task are answered together in a replay but one
 * by one at first, and then what comes of them would come in another order.
 */
export class LocalTurn {
  private taken = false;
  private readonly waiting: (() => void)[] = [];

  /** Makes the call when those before have ended. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.taken) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.taken = true;
    try {
      return await call();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.taken = false;
    }
  }
}
