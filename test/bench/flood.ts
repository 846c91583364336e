const patienceMs = 180_000;

/** Counts arrivals and tells when there were enough. */
export interface Counter {
  count(): void;
  /** Resolves with the time of the last one that was due. */
  readonly complete: Promise<number>;
}

export function createCounter(due: number): Counter {
  let counted = 0;
  let finish: (at: number) => void = () => undefined;
  const complete = new Promise<number>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`Only ${counted} of ${due} messages arrived.`)),
      patienceMs,
    );
    finish = (at) => {
      clearTimeout(timer);
      resolve(at);
    };
  });
  // Whoever waits hears of it; until somebody does, it must not end the process.
  complete.catch(() => undefined);
  return {
    count() {
      counted += 1;
      if (counted === due) finish(performance.now());
    },
    complete,
  };
}

/** Runs `work` for 0 … count - 1 in order, so many at a time. */
export async function inLanes(
  count: number,
  lanes: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
