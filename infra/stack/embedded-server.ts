/** A step of bringing the stack up failed; `hint` says what to do about it. */
export class StackError extends Error {
  constructor(
    message: string,
    readonly hint: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'StackError';
  }
}

/** Told what a step is doing at the moment: `downloading`, `waiting for port 5432`. */
export type Progress = (detail: string) => void;

/** How a process ended: its exit code, or the signal that killed it. */
export type Ending = { code: number } | { signal: NodeJS.Signals };

export interface RunningServer {
  /** Where clients reach it. */
  readonly url: string;
  readonly pid: number;
  /** Settles when the process has ended, by `stop` or on its own. */
  readonly ended: Promise<Ending>;
  /** Asks it to end, and kills it when it has not within its grace period. */
  stop(): Promise<void>;
}

/**
 * A server that runs as a process of its own, with its data below the data directory. After it has ended, `start` brings
 * it up again on the same port with the same data.
 */
export interface EmbeddedServer<Running extends RunningServer = RunningServer> {
  readonly name: string;
  /** @throws StackError */
  start(progress: Progress): Promise<Running>;
}

/** A server that is made when it is first started: its port is then chosen after its program was fetched. */
export function createLate<Running extends RunningServer>(
  name: string,
  make: (progress: Progress) => Promise<EmbeddedServer<Running>>,
): EmbeddedServer<Running> {
  let made: EmbeddedServer<Running> | undefined;
  return {
    name,
    start: async (progress) => {
      made ??= await make(progress);
      return made.start(progress);
    },
  };
}
