import { EventEmitter, once } from 'node:events';

/** A Ctrl-C reaches us from the terminal and again through npm, within moments: that counts as one. */
const sameKeyMs = 1000;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StopSignals {
  /** Settles at the first Ctrl-C (or SIGTERM, or when the terminal is closed). */
  readonly requested: Promise<undefined>;
  /** Settles at the second: whoever waits is out of patience. */
  readonly insisted: Promise<undefined>;
}

/** Takes over the signals that ask this process to end, until it ends. */
export function listenForStop(): StopSignals {
  const stop = new EventEmitter();
  let since: number | undefined;
  const onSignal = (): void => {
    since ??= Date.now();
    stop.emit(Date.now() - since > sameKeyMs ? 'insisted' : 'requested');
  };
  for (const signal of signals) process.on(signal, onSignal);
  const told = async (event: string): Promise<undefined> => {
    await once(stop, event);
  };
  return { requested: told('requested'), insisted: told('insisted') };
}
