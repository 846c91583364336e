/** The part of `localStorage` that is used. */
export interface KeyValue {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  /** Throws when storage is full or forbidden. */
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Everything the page stores begins with this. */
export const prefix = 'coagent.';

/** Writes where possible: without storage the page works, it only forgets when it is closed. */
export function tryToStore(storage: KeyValue, key: string, value: string): void {
  try {
    storage.setItem(key, value);
  } catch {
    // Full or forbidden.
  }
}
