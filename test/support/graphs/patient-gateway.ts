import { TemporalUnavailableError } from '../../../infra/temporal/room-gateway';
import type { RunGateway } from '../../../infra/temporal/run-gateway';

const patienceMs = 30_000;

/** Asks again while Temporal is too busy to take a request in time, as clients do that the API answers 503. */
export function patient(gateway: RunGateway): RunGateway {
  return {
    result: (runId, timeoutMs) => insist(() => gateway.result(runId, timeoutMs)),
    start: (run) => insist(() => gateway.start(run)),
    pause: (runId, by) => insist(() => gateway.pause(runId, by)),
    resume: (runId, by) => insist(() => gateway.resume(runId, by)),
    cancel: (runId, request) => insist(() => gateway.cancel(runId, request)),
    decide: (runId, request) => insist(() => gateway.decide(runId, request)),
    progress: (runId) => insist(() => gateway.progress(runId)),
  };
}

async function insist<T>(request: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof TemporalUnavailableError) || Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
