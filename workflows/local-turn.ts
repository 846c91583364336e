/**
 * Lets one local activity of a workflow run at a time. Two that end in one task are answered together in a replay but one
 * by one at first, and then what comes of them would come in another order.
 */
export class LocalTurn {
  private last: Promise<unknown> = Promise.resolve();

  /** Makes the call when those before have ended. */
  run<T>(call: () => Promise<T>): Promise<T> {
    const result = this.last.then(call);
    this.last = result.catch(() => undefined);
    return result;
  }
}
