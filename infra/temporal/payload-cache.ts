/** The values used last, at most `maxBytes` of them. */
export interface PayloadCache {
  get(key: string): Uint8Array | undefined;
  set(key: string, data: Uint8Array): void;
}

export function createPayloadCache(maxBytes: number): PayloadCache {
  /** Oldest use first. */
  const entries = new Map<string, Uint8Array>();
  let bytes = 0;

  const remove = (key: string): void => {
    bytes -= entries.get(key)?.byteLength ?? 0;
    entries.delete(key);
  };

  return {
    get(key) {
      const data = entries.get(key);
      if (data) {
        entries.delete(key);
        entries.set(key, data);
      }
      return data;
    },
    set(key, data) {
      remove(key);
      if (data.byteLength > maxBytes) return;
      entries.set(key, data);
      bytes += data.byteLength;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
      }
    },
  };
}
