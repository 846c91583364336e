/** A value that tells when it has changed. */
export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** @returns a function that ends it. */
  subscribe(listener: () => void): () => void;
}

/** @param soon runs a function a little later: changes until then are told once. */
export function createStore<T>(initial: T, soon: (run: () => void) => void): Store<T> {
  const listeners = new Set<() => void>();
  let value = initial;
  let pending = false;
  return {
    get: () => value,
    set(next) {
      if (next === value) return;
      value = next;
      if (pending) return;
      pending = true;
      soon(() => {
        pending = false;
        for (const listener of listeners) listener();
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
