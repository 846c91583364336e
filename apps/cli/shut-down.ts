import { setTimeout as sleep } from 'node:timers/promises';
import { removeStackFile } from '../../infra/stack/stack-file';
import { endLeftovers, killRecorded } from '../../infra/stack/process-records';
import type { ServerGroup } from '../../infra/stack/server-group';
import type { StopSignals } from './stop-signals';

/** All processes must have ended this long after the first Ctrl-C. */
const limitMs = 9000;

/**
 * Ends all processes of the data directory in order; those that take too long, or all at a second Ctrl-C, are killed.
 */
export async function shutDown(group: ServerGroup, dataDir: string, signals: StopSignals): Promise<void> {
  const inOrder = async (): Promise<void> => {
    await group.stop();
    await endLeftovers(dataDir);
  };
  const cut = new AbortController();
  await Promise.race([
    inOrder(),
    signals.insisted,
    sleep(limitMs, undefined, { signal: cut.signal, ref: false }),
  ]);
  cut.abort();
  killRecorded(dataDir);
  removeStackFile(dataDir);
}
