export interface DeltaStream {
  push(piece: string): void;
  /** Sends what is left and waits until everything is out. */
  close(): Promise<void>;
}

/**
 * Streams an answer's text: the first piece at once, the next ones gathered for `intervalMs`. Sends one after the other,
 * so order holds. A piece that cannot be delivered is reported and left out: the whole answer follows.
 * @param send delivers a piece; `index` counts them from 0.
 */
export function createDeltaStream(
  send: (index: number, text: string) => Promise<unknown>,
  intervalMs: number,
  onError: (error: unknown) => void,
): DeltaStream {
  let buffer = '';
  let index = 0;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<unknown> = Promise.resolve();

  const flush = (): void => {
    timer = undefined;
    if (buffer === '') return;
    const [at, text] = [index, buffer];
    buffer = '';
    index += 1;
    sending = sending.then(() => send(at, text)).catch(onError);
  };

  return {
    push(piece) {
      buffer += piece;
      if (index === 0) flush();
      else timer ??= setTimeout(flush, intervalMs);
    },
    async close() {
      clearTimeout(timer);
      flush();
      await sending;
    },
  };
}
