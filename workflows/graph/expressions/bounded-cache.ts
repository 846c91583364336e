/** Remembers what `make` made of the texts used last, at most `size` of them. */
export function boundedCache<T>(size: number, make: (text: string) => T): (text: string) => T {
  const kept = new Map<string, T>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const made = make(text);
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size >= size) kept.delete(oldest);
    kept.set(text, made);
    return made;
  };
}
