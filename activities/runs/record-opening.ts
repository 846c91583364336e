import type { Logger } from '../../infra/logger/logger';
import type { OpenedRun } from '../../workflows/contracts/run/activities';
import { openingEntries } from '../../workflows/contracts/run/opening';
import type { RunRecorder } from './run-recorder';

/** Has a run marked as running. Nobody waits for it: what is lost with this process, the run's first batch brings again. */
export function recordOpening(
  { recorder, logger }: { recorder: RunRecorder; logger: Logger },
  runId: string,
  { workspaceId, roomId, graph, payload, reused, startedAt }: OpenedRun,
): void {
  const entries = openingEntries(graph, payload, reused, Date.parse(startedAt));
  recorder.record({ runId, workspaceId, roomId }, entries).catch((error: unknown) => {
    logger.warn({ error, runId }, 'The opening of a run is recorded later');
  });
}
