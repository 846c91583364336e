/** Takes a person's read markers as they come. */
export interface ReadMarks {
  set(seq: number): void;
  /** The connection has ended: what is pending is marked at once. */
  end(): void;
}

/** Everybody in the room hears of each, so a client that marks message by message is heard this often, in milliseconds. */
const restMs = 500;

/** One mark at a time, always the newest. @param mark must not reject. */
export function createReadMarks(mark: (seq: number) => Promise<unknown>): ReadMarks {
  let wanted = 0;
  let marked = 0;
  let resting = false;
  let timer: NodeJS.Timeout | undefined;

  function next(): void {
    if (wanted <= marked) {
      resting = false;
      return;
    }
    resting = true;
    marked = wanted;
    void mark(marked).then(() => {
      timer = setTimeout(next, restMs);
    });
  }

  return {
    set(seq) {
      wanted = Math.max(wanted, seq);
      if (!resting) next();
    },
    end() {
      clearTimeout(timer);
      if (wanted <= marked) return;
      marked = wanted;
      void mark(marked);
    },
  };
}
