import { activePolicy } from '../../../activities/triggers/active-policy';
import type { Database } from '../../../infra/database/client';
import type { TriggerPolicy } from '../../../prisma/generated/client';
import type { Json } from '../../../workflows/contracts/json';
import { maxTriggerDepth, type TriggerEvent } from '../../../workflows/contracts/triggers/events';
import {
  skipReasons,
  type ActivePolicy,
  type SkipReason,
} from '../../../workflows/contracts/triggers/policy';
import { inputOf } from '../../../workflows/triggers/decisions';
import { explain, type FieldCheck } from '../../../workflows/triggers/match';
import { isQuiet } from '../../../workflows/triggers/quiet-hours';
import { schemas } from '../graphs/schemas';
import { ApiError } from '../http/problems';
import { findRunnable, type Runnable } from '../runs/runnable';
import { readFacts, type Facts } from './dry-run-facts';

export interface DryRun {
  wouldFire: boolean;
  /** The first one; null: it would fire. */
  reason: SkipReason | null;
  checks: Omit<FieldCheck, 'reason'>[];
  /** Of the run. */
  input: Json;
  /** Why there is none. */
  inputError: string | null;
  run: { workflowId: string; version: number; workflowName: string } | null;
  /** What answers a user’s message when no policy does. */
  fallback: 'workflow' | 'agents' | 'nothing' | null;
}

/** What a policy would do with an event now, and why; nothing is stored. */
export async function dryRun(
  { database }: { database: Database },
  row: TriggerPolicy,
  event: TriggerEvent,
  roomId: string | null,
): Promise<DryRun> {
  const policy = activePolicy(row, event.at);
  const [facts, runnable] = await Promise.all([
    readFacts(database, row, event, roomId),
    runnableOf(database, row),
  ]);
  const input = inputOf(policy, event, [event]);
  const checks = [
    check('enabled', 'disabled', { expected: true, actual: row.enabled, met: row.enabled }),
    scopeCheck(row, facts, roomId),
    ...explain(policy, event, facts),
    check('depth', 'depth_limit', {
      ...{ expected: maxTriggerDepth, actual: event.depth, met: event.depth < maxTriggerDepth },
    }),
    ...timeChecks(policy, event, facts),
    workflowCheck(row, runnable),
    ...inputChecks(input, runnable),
    concurrencyCheck(row, facts),
  ];
  const failed = checks.find(({ met }) => !met);
  const { workflowId, version, workflowName } = typeof runnable === 'string' ? noRun : runnable;
  return {
    wouldFire: failed === undefined,
    reason: failed?.reason ?? null,
    checks: checks.map(({ field, expected, actual, met, message }) => ({
      ...{ field, expected, actual, met, message },
    })),
    input: 'failure' in input ? null : input.value,
    inputError: 'failure' in input ? input.failure : null,
    run: workflowId === null ? null : { workflowId, version, workflowName },
    fallback: event.type === 'user_message' && failed !== undefined ? facts.fallback : null,
  };
}

const noRun = { workflowId: null, version: 0, workflowName: '' };

const check = (
  field: string,
  reason: SkipReason,
  found: Pick<FieldCheck, 'expected' | 'actual' | 'met'>,
  message: string = found.met ? 'It holds.' : skipReasons[reason],
): FieldCheck => ({ field, reason, ...found, message });

function scopeCheck(row: TriggerPolicy, { room }: Facts, roomId: string | null): FieldCheck {
  if (row.roomId !== null) {
    const gone = roomId === row.roomId && room === null;
    const found = { expected: row.roomId, actual: roomId, met: roomId === row.roomId && !gone };
    return check('scope', gone ? 'scope_gone' : 'conditions_not_met', found);
  }
  const courseId = room?.courseId ?? null;
  const here = room === null || room.workspaceId === row.workspaceId;
  const met = here && (row.courseId === null || row.courseId === courseId);
  const expected = row.courseId ?? row.workspaceId;
  const actual = row.courseId === null ? (room?.workspaceId ?? row.workspaceId) : courseId;
  return check('scope', 'conditions_not_met', { expected, actual, met });
}

function timeChecks(
  { quietHours, cooldownSeconds, debounce }: ActivePolicy,
  { at }: TriggerEvent,
  { lastFiredAt }: Facts,
): FieldCheck[] {
  const checks: FieldCheck[] = [];
  const time = new Date(at).toISOString();
  if (quietHours !== null) {
    const { from, to, timeZone } = quietHours;
    const expected = `outside of ${from} to ${to}, ${timeZone}`;
    const met = !isQuiet(quietHours, at);
    checks.push(check('quietHours', 'quiet_hours', { expected, actual: time, met }));
  }
  if (cooldownSeconds > 0) {
    const over = lastFiredAt === null ? null : lastFiredAt.getTime() + cooldownSeconds * 1000;
    const expected = over === null ? null : `from ${new Date(over).toISOString()} on`;
    checks.push(check('cooldown', 'cooldown', { expected, actual: time, met: over === null || at >= over }));
  }
  if (debounce.seconds > 0) {
    const message =
      debounce.mode === 'leading'
        ? 'It fires with the first event of a burst; those that follow are left out.'
        : `It fires when nothing further has come for ${String(debounce.seconds)} seconds, once for all of them.`;
    const found = { expected: debounce.seconds, actual: null, met: true };
    checks.push(check('debounce', 'debounced', found, message));
  }
  return checks;
}

function concurrencyCheck({ maxConcurrent, overLimit }: TriggerPolicy, { running }: Facts): FieldCheck {
  const free = maxConcurrent === null || running < maxConcurrent;
  const found = { expected: maxConcurrent, actual: running, met: free || overLimit !== 'skip' };
  if (free || overLimit === 'skip') return check('maxConcurrent', 'concurrency', found);
  const message = overLimit === 'queue' ? 'It waits for a run to end.' : 'It cancels the oldest run.';
  return check('maxConcurrent', 'concurrency', found, message);
}

/** A text says why there is none. */
async function runnableOf(database: Database, row: TriggerPolicy): Promise<Runnable | string> {
  try {
    return await findRunnable(database, row, row.version);
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}

function workflowCheck({ version }: TriggerPolicy, runnable: Runnable | string): FieldCheck {
  const expected = version ?? 'the version published last';
  return typeof runnable === 'string'
    ? check('workflow', 'workflow_missing', { expected, actual: null, met: false }, runnable)
    : check('workflow', 'workflow_missing', { expected, actual: runnable.version, met: true });
}

function inputChecks(input: ReturnType<typeof inputOf>, runnable: Runnable | string): FieldCheck[] {
  if ('failure' in input)
    return [check('input', 'input_failed', { expected: null, actual: null, met: false }, input.failure)];
  if (typeof runnable === 'string' || runnable.graph.inputSchema === null) return [];
  const issues = schemas.check(runnable.graph.inputSchema, input.value);
  const found = { expected: runnable.graph.inputSchema, actual: input.value, met: issues.length === 0 };
  const message = issues
    .map(({ path, message: text }) => (path === '' ? text : `${path}: ${text}`))
    .join(' ');
  return [check('input', 'payload_invalid', found, found.met ? 'It holds.' : message)];
}
