/** A token bucket: `perSecond` frames, with a burst of twice as many. */
export interface FrameBudget {
  /** @returns false when there are too many. */
  take(): boolean;
}

export function createFrameBudget(
  perSecond: number,
  now: () => number = () => performance.now(),
): FrameBudget {
  const burst = 2 * perSecond;
  let tokens = burst;
  let last = now();
  return {
    take() {
      const at = now();
      tokens = Math.min(burst, tokens + ((at - last) / 1000) * perSecond);
      last = at;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
