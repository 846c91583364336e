/** Answers begun and finished under one `x-idempotency-key`. */
export interface KeyCalls {
  started: number;
  finished: number;
}

export interface CallCounts extends KeyCalls {
  /** Requests to the two completion endpoints, also those refused. */
  total: number;
  /** The client disconnected before it had the whole answer. */
  aborted: number;
  /** Begun, and spoilt by a fault that was asked for. */
  failed: number;
  byKey: Record<string, KeyCalls>;
}

export interface Accounts {
  arrived(): void;
  /** The model begins an answer. Call one of the outcomes exactly once. */
  started(key: string | undefined): CallAccount;
  counts(): CallCounts;
  reset(): void;
}

export interface CallAccount {
  /** The whole answer was handed to the client's connection. */
  finished(): void;
  aborted(): void;
  failed(): void;
}

/** Keys beyond this are forgotten, oldest first. */
const rememberedKeys = 100_000;

/**
 * What the model was asked to do and what of it reached the client: tests read it to see that a finished answer is paid
 * for once. An answer that was begun before a reset does not count after it.
 */
export function createAccounts(): Accounts {
  let counts = emptyCounts();
  let keys = new Map<string, KeyCalls>();

  const keyCalls = (key: string): KeyCalls => {
    let calls = keys.get(key);
    if (!calls) {
      calls = { started: 0, finished: 0 };
      keys.set(key, calls);
      if (keys.size > rememberedKeys) keys.delete(keys.keys().next().value ?? '');
    }
    return calls;
  };

  return {
    arrived: () => (counts.total += 1),
    started(key) {
      const all = counts;
      const own = key === undefined ? undefined : keyCalls(key);
      all.started += 1;
      if (own) own.started += 1;
      return {
        finished() {
          all.finished += 1;
          if (own) own.finished += 1;
        },
        aborted: () => (all.aborted += 1),
        failed: () => (all.failed += 1),
      };
    },
    counts: () => ({ ...counts, byKey: Object.fromEntries(keys) }),
    reset() {
      counts = emptyCounts();
      keys = new Map();
    },
  };
}

const emptyCounts = () => ({ total: 0, started: 0, finished: 0, aborted: 0, failed: 0 });
