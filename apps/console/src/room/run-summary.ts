import type { MessageLog } from './message-log';
import type { TurnNote } from './turns';

/** A turn as the record of runs tells it. */
export interface RunSummary {
  readonly turnId: string;
  /** It runs the room's workflow. */
  readonly isRun: boolean;
  /** The message that started it. */
  readonly messageId: string | null;
  readonly status: string;
  readonly error: { readonly detail: string } | null;
  readonly endedAt: string | null;
}

/** Notes about turns that failed or were stopped while nobody listened, each below the message it came after. */
export function notesFromRuns(runs: readonly RunSummary[], { items }: MessageLog): TurnNote[] {
  return runs.flatMap(({ turnId, isRun, status, error, endedAt }): TurnNote[] => {
    if (endedAt === null || (status !== 'failed' && status !== 'cancelled')) return [];
    const before = items.findLast(({ createdAt }) => createdAt <= endedAt);
    if (before === undefined) return [];
    const text = status === 'failed' ? `No answer: ${error?.detail ?? 'the turn failed.'}` : 'Stopped.';
    return [{ id: turnId, workflowRunId: isRun ? turnId : null, kind: status, afterSeq: before.seq, text }];
  });
}
