/** Whether one person is writing, as told to the room. */
export interface Typing {
  set(on: boolean): void;
  /** The connection has ended. */
  end(): void;
}

/** "Writes" ends by itself when the client does not repeat it within this time, in milliseconds. */
const lapseMs = 6000;
/** A client that repeats it is repeated to the room at most this often, in milliseconds. */
const repeatMs = 3000;

/** @param tell publishes the state. */
export function createTyping(tell: (on: boolean) => void): Typing {
  let lapse: NodeJS.Timeout | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;
  let told = false;

  function off(): void {
    clearTimeout(lapse);
    if (!told) return;
    told = false;
    tell(false);
  }

  return {
    set(on) {
      if (!on) {
        off();
        return;
      }
      clearTimeout(lapse);
      lapse = setTimeout(off, lapseMs);
      if (told && performance.now() - toldAt < repeatMs) return;
      told = true;
      toldAt = performance.now();
      tell(true);
    },
    end: off,
  };
}
