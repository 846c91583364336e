import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import type { Database } from '../../../infra/database/client';
import type { RunStatus } from '../../../prisma/generated/enums';
import type { SkipReason } from '../../../workflows/contracts/triggers/policy';
import { failure } from '../routes/runs/run-views';

/** What became of an event: a run that has ended, or the reason why there is none. */
export type Decided =
  | {
      decision: 'fired';
      runId: string;
      status: RunStatus;
      output: unknown;
      error: z.output<typeof failure>;
    }
  | { decision: 'skipped'; reason: SkipReason; detail: string | null };

export interface AwaitedEvent {
  workspaceId: string;
  policyId: string;
  eventId: string;
  /** When it was accepted, in milliseconds since 1970. */
  at: number;
}

/** The first pause between two looks, and the longest, in milliseconds. */
const pausesMs = [50, 500] as const;

/** @returns null when it is not decided, or its run has not ended, within so many seconds or before the signal. */
export async function awaitDecision(
  database: Database,
  event: AwaitedEvent,
  seconds: number,
  signal: AbortSignal,
): Promise<Decided | null> {
  const deadline = Date.now() + seconds * 1000;
  for (let waitMs: number = pausesMs[0]; ; waitMs = Math.min(waitMs * 1.5, pausesMs[1])) {
    const decided = await findDecision(database, event);
    const left = deadline - Date.now();
    if (decided !== null || left <= 0 || signal.aborted) return decided;
    await pause(Math.min(waitMs, left), undefined, { signal }).catch(() => undefined);
  }
}

interface Row {
  reason: SkipReason | null;
  detail: string | null;
  runId: string | null;
  status: RunStatus | null;
  output: unknown;
  error: unknown;
}

/** Skips that are alike share a record for an hour; the clocks of processes may differ by a minute. */
const hourMs = 3_600_000;
const clockMs = 60_000;

async function findDecision(
  database: Database,
  { workspaceId, policyId, eventId, at }: AwaitedEvent,
): Promise<Decided | null> {
  const [row] = await database.$queryRaw<Row[]>`
    SELECT f.reason, f.detail, r.id AS "runId", r.status::text, r.output, r.error
    FROM trigger_firings f LEFT JOIN runs r ON r.id = f.run_id
    WHERE f.policy_id = ${policyId}::uuid AND f.workspace_id = ${workspaceId}::uuid
      AND f.created_at >= ${new Date(at - hourMs - clockMs)} AND f.updated_at >= ${new Date(at - clockMs)}
      AND f.event ->> 'id' = ${eventId} AND (f.status = 'skipped' OR r.ended_at IS NOT NULL)
    LIMIT 1`;
  if (row === undefined) return null;
  if (row.runId === null || row.status === null)
    return row.reason === null ? null : { decision: 'skipped', reason: row.reason, detail: row.detail };
  const { runId, status, output } = row;
  return { decision: 'fired', runId, status, output, error: failure.catch(null).parse(row.error) };
}
