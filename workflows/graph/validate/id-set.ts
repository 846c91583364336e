/** Sets of the members of a fixed list, as bits, so that thousands of them can be united and compared fast. */
export class IdSet {
  private constructor(private readonly words: Uint32Array) {}

  static empty(size: number): IdSet {
    return new IdSet(new Uint32Array(Math.ceil(size / 32)));
  }

  copy(): IdSet {
    return new IdSet(this.words.slice());
  }

  has(at: number): boolean {
    return ((this.words[at >> 5] ?? 0) & (1 << (at & 31))) !== 0;
  }

  add(at: number): this {
    this.words[at >> 5] = (this.words[at >> 5] ?? 0) | (1 << (at & 31));
    return this;
  }

  addAll(other: IdSet): this {
    for (let word = 0; word < this.words.length; word += 1)
      this.words[word] = (this.words[word] ?? 0) | (other.words[word] ?? 0);
    return this;
  }

  keepAll(other: IdSet): this {
    for (let word = 0; word < this.words.length; word += 1)
      this.words[word] = (this.words[word] ?? 0) & (other.words[word] ?? 0);
    return this;
  }

  meets(other: IdSet): boolean {
    for (let word = 0; word < this.words.length; word += 1)
      if (((this.words[word] ?? 0) & (other.words[word] ?? 0)) !== 0) return true;
    return false;
  }
}

/** Members of at least `need` of the sets. */
export function inAtLeast(need: number, sets: readonly IdSet[], size: number): IdSet {
  const result = IdSet.empty(size);
  for (let at = 0; at < size; at += 1)
    if (sets.reduce((count, set) => count + (set.has(at) ? 1 : 0), 0) >= need) result.add(at);
  return result;
}
