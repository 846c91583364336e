/** Others believe it for six seconds. */
const repeatMs = 3000;
/** A pause of so long is the end of typing. */
const pauseMs = 5000;

export interface TypingSignal {
  /** Called at every change of the text. */
  set(on: boolean): void;
  stop(): void;
}

/** Tells others that somebody types: at the beginning, every three seconds, and at the end. */
export function createTypingSignal(tell: (on: boolean) => void): TypingSignal {
  let toldAt: number | null = null;
  let pause: ReturnType<typeof setTimeout> | undefined;

  function stop(): void {
    clearTimeout(pause);
    if (toldAt === null) return;
    toldAt = null;
    tell(false);
  }

  return {
    set(on) {
      if (!on) {
        stop();
        return;
      }
      clearTimeout(pause);
      pause = setTimeout(stop, pauseMs);
      if (toldAt !== null && Date.now() - toldAt < repeatMs) return;
      toldAt = Date.now();
      tell(true);
    },
    stop,
  };
}
