import { CancellationScope, isCancellation, workflowInfo } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { FiredRun, FiringOutcome, TimerState, TriggerDecision } from '../contracts/triggers/activities';
import type { TriggerEvent, TriggerEventData } from '../contracts/triggers/events';
import type { ScheduledTriggerInput } from '../contracts/triggers/host';
import { derivedId } from '../run/derived-id';
import { Decider } from './decider';
import { fireDecision, skipDecision } from './decisions';
import { ReadyPolicy } from './match';
import { scheduledTime } from './scheduled-time';
import { SeenEvent } from './seen-event';
import { startFiredRun } from './start-fired-run';
import { States, stateKey } from './states';
import { triggerActivities } from './trigger-activities';
import type { Skipped } from './verdicts';

export interface TimerResult {
  outcome: 'gone' | FiringOutcome['outcome'];
  /** Why it was skipped. */
  reason?: string;
  runId?: string;
  /** How the run ended; absent when it was found started. */
  status?: 'completed' | 'failed' | 'cancelled';
}

/**
 * One time of a timer policy: decides, and waits for the run to end, so that what the Schedule says of overlaps is said of
 * runs.
 */
export async function timerWorkflow(input: ScheduledTriggerInput): Promise<TimerResult> {
  const { policyId, workspaceId } = input;
  const timer = await triggerActivities.readTimer(policyId);
  if (!timer) return { outcome: 'gone' };
  const { policy, roomId } = timer;
  const decision = decide(timer, scheduledTime());
  const batch = { workspaceId, roomId, decisions: [decision] };
  const [outcome] = await CancellationScope.nonCancellable(() => triggerActivities.recordDecisions(batch));
  if (decision.type === 'skip') return { outcome: 'skipped', reason: decision.reason };
  if (outcome?.outcome === 'fired') return follow(outcome.run, () => start(outcome.run));
  return outcome?.outcome === 'skipped'
    ? { outcome: 'skipped', reason: outcome.reason }
    : { outcome: 'queued' };

  function start(run: FiredRun): ReturnType<typeof startFiredRun> {
    return startFiredRun(
      policy,
      run,
      { workspaceId, roomId },
      { parentClosePolicy: 'REQUEST_CANCEL', cancellationType: 'WAIT_CANCELLATION_COMPLETED' },
    );
  }
}

async function follow(
  { runId }: FiredRun,
  start: () => ReturnType<typeof startFiredRun>,
): Promise<TimerResult> {
  try {
    const run = await start();
    const { value } = await run.result();
    return { outcome: 'fired', runId, status: value.status };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { outcome: 'fired', runId };
    // The Schedule, or an operator, wants this time of the timer to end.
    if (CancellationScope.current().consideredCancelled) throw error;
    return { outcome: 'fired', runId, status: isCancellation(error) ? 'cancelled' : 'failed' };
  }
}

function decide(timer: TimerState, scheduledAt: number): TriggerDecision {
  const { policy, enabled, roomId, lastFiredAt } = timer;
  const event = timerEvent(timer, scheduledAt);
  const decisions: TriggerDecision[] = [];
  const skipped = (skip: Skipped): void => {
    decisions.push(skipDecision(skip, workflowInfo().runId));
  };
  if (enabled) {
    const states = new States();
    if (lastFiredAt !== null) states.set(stateKey(policy.id, roomId), { lastFiredAt });
    const decider = new Decider(states, {
      fired: (firing) => {
        const decision = fireDecision(firing);
        if ('firingId' in decision) decisions.push(decision);
        else skipped(decision);
      },
      skipped,
      waits: () => undefined,
    });
    // Times of a timer are no burst.
    const alone = new ReadyPolicy({ ...policy, debounce: { mode: 'trailing', seconds: 0 } });
    decider.decide([alone], new SeenEvent(event));
  } else
    skipped({
      ...{ policyId: policy.id, sessionId: roomId, reason: 'disabled', detail: null, event, count: 1 },
      lastFiredAt: lastFiredAt ?? undefined,
    });
  const [decision] = decisions;
  if (!decision) throw new Error('A timer that neither fires nor is skipped');
  return decision;
}

/** It happens when the timer goes off: after a downtime, or in a backfill, that is later than scheduled. */
function timerEvent({ policy, roomId }: TimerState, scheduledAt: number): TriggerEvent {
  const data: TriggerEventData['timer'] = { scheduledAt: new Date(scheduledAt).toISOString() };
  return {
    ...{ id: derivedId(policy.id, `timer/${scheduledAt}`), type: 'timer', at: Date.now(), depth: 0 },
    ...{ sessionId: roomId, policyId: policy.id, data: { ...data } },
  };
}
