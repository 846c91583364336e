import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Holds actions back so that no second has more than `perSecond` of them.
 * @returns resolves when the next may happen; calls are served in order.
 */
export function createPacer(perSecond: number): () => Promise<void> {
  const recent: number[] = [];
  let last: Promise<void> = Promise.resolve();

  async function turn(): Promise<void> {
    const oldest = recent.length < perSecond ? undefined : recent.shift();
    const wait = oldest === undefined ? 0 : oldest + 1000 - performance.now();
    if (wait > 0) await sleep(wait);
    recent.push(performance.now());
  }

  return () => (last = last.then(turn));
}
