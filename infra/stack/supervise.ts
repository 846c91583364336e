import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedServer, Ending, Progress, RunningServer } from './embedded-server';
import { describeEnding } from './processes';

export interface Supervised<Running extends RunningServer = RunningServer> {
  readonly name: string;
  /** The process of the moment; a new one after each restart. */
  current(): Running;
  /** Ends it for good. */
  stop(): Promise<void>;
}

export interface SupervisionEvents {
  /** It ended by itself and will be started again. */
  onEnded(name: string, why: string): void;
  /** It is up again. */
  onRestarted(name: string): void;
  /** A restart failed; the next try comes in `inMs`. */
  onRestartFailed(name: string, error: unknown, inMs: number): void;
}

/** Pause before a restart: half a second, doubled with each end that comes within a minute, at most 15 seconds. */
const backoff = { firstMs: 500, mostMs: 15_000, forgivenAfterMs: 60_000 };

/**
 * Starts a server and keeps it running: when its process ends by itself it is started again, on the same port and data.
 * @throws what the first start throws; later failures are only told to `events`, and tried again.
 */
export async function supervise<Running extends RunningServer>(
  server: EmbeddedServer<Running>,
  progress: Progress,
  events: SupervisionEvents,
): Promise<Supervised<Running>> {
  const { name } = server;
  const stopping = new AbortController();
  let running = await server.start(progress);
  let pauseMs = backoff.firstMs;

  /** Waits before the next start; false when there is to be none. */
  async function pause(): Promise<boolean> {
    try {
      await sleep(pauseMs, undefined, { signal: stopping.signal });
    } catch {
      // Woken by stop().
      return false;
    }
    pauseMs = Math.min(pauseMs * 2, backoff.mostMs);
    return true;
  }

  async function restart(): Promise<boolean> {
    while (await pause()) {
      try {
        running = await server.start(() => undefined);
        if (stopping.signal.aborted) break;
        events.onRestarted(name);
        return true;
      } catch (error) {
        events.onRestartFailed(name, error, pauseMs);
      }
    }
    return false;
  }

  async function watch(): Promise<void> {
    do {
      const since = Date.now();
      const ending: Ending = await running.ended;
      if (stopping.signal.aborted) return;
      if (Date.now() - since > backoff.forgivenAfterMs) pauseMs = backoff.firstMs;
      events.onEnded(name, describeEnding(ending));
    } while (await restart());
  }
  const watching = watch();

  return {
    name,
    current: () => running,
    async stop() {
      stopping.abort();
      await running.stop();
      await watching;
      // A restart that was under way when stop() was called has brought up another process.
      await running.stop();
    },
  };
}
