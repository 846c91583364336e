import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  log,
  setHandler,
} from '@temporalio/workflow';
import { decideRefusals, type DecideRequest, type DecideResult } from '../contracts/run/approvals';
import type { Claimed, OpenedRun } from '../contracts/run/activities';
import { roomMessages, roomWorkflowId, type TurnEnded } from '../contracts/room';
import {
  runMessages,
  type CancelRun,
  type CarriedRun,
  type RunProgress,
  type RunWorkflowInput,
  type RunWorkflowResult,
} from '../contracts/run/run';
import { describeError } from './failures';
import { recordActivities } from './records';
import { Run, type RunEnd } from './run';

const pauseSignal = defineSignal<[{ by: string }]>(runMessages.pause);
const resumeSignal = defineSignal<[{ by: string }]>(runMessages.resume);
const cancelSignal = defineSignal<[CancelRun]>(runMessages.cancel);
const decideUpdate = defineUpdate<DecideResult, [DecideRequest]>(runMessages.decide);
const progressQuery = defineQuery<RunProgress>(runMessages.progress);

/** One run of a published graph: reads what it needs unless that came along, runs its nodes, and records how it ended. */
export async function runWorkflow(
  input: RunWorkflowInput,
  carried?: Claimed<CarriedRun>,
  handed?: Claimed<OpenedRun>,
): Promise<Claimed<RunWorkflowResult>> {
  /** What people asked for before the run was open. */
  const early: ((run: Run) => void)[] = [];
  const opening: { run: Run | null } = { run: carried ? new Run(input, carried.value) : null };
  const onRun = (act: (run: Run) => void): void => {
    if (opening.run) act(opening.run);
    else early.push(act);
  };
  setHandler(pauseSignal, ({ by }) => onRun((run) => run.pause(by)));
  setHandler(resumeSignal, ({ by }) => onRun((run) => run.resume(by)));
  setHandler(cancelSignal, (request) => onRun((run) => run.cancel(request)));
  setHandler(decideUpdate, (request) => openRun(opening.run).approvals.decide(request), {
    validator: (request: DecideRequest) => openRun(opening.run).approvals.validate(request),
  });
  setHandler(
    progressQuery,
    () => opening.run?.progress() ?? { status: 'queued', running: [], waiting: [], ended: 0 },
  );

  if (!opening.run) {
    const opened = handed ? handed.value : await open(input);
    // Outside of the scope in which it was opened: the run can be cancelled.
    if (opened) opening.run = new Run(input, begin(opened));
  }
  const { run } = opening;
  if (run === null) return { claim: input.runId, value: { status: 'failed' } };
  for (const act of early) act(run);
  const end = await run.conduct();
  if ('carry' in end)
    return continueAsNew<typeof runWorkflow>(input, { claim: input.runId, value: end.carry });
  await CancellationScope.nonCancellable(() => tellRoom(input, end));
  return { claim: input.runId, value: resultOf(end) };
}

/** Nothing can be decided in a run that is not open. */
function openRun(run: Run | null): Run {
  if (run) return run;
  throw ApplicationFailure.create({
    message: 'The run is not open',
    type: decideRefusals.notPending,
    nonRetryable: true,
    details: [{ status: 'unknown' }],
  });
}

/** null: the run is gone. */
async function open(input: RunWorkflowInput): Promise<OpenedRun | null> {
  return CancellationScope.nonCancellable(async () => {
    try {
      const { value } = await recordActivities.openRun(input.runId);
      return value;
    } catch (error) {
      const described = describeError(error);
      if (described.code === 'run_gone') return null;
      const end: RunEnd = { status: 'failed', error: described };
      const { runId, workspaceId, roomId } = input;
      const at = Date.now();
      const entry = { type: 'run' as const, key: 'run/ended', at, ...end };
      await recordActivities.recordRun({ runId, workspaceId, roomId, entries: [entry] });
      await tellRoom(input, end);
      throw ApplicationFailure.nonRetryable(described.detail, described.code);
    }
  });
}

const begin = (opened: OpenedRun): CarriedRun => ({
  opened,
  root: { nodes: {} },
  approvals: { pending: [], ended: [] },
  paused: false,
  deadline: Date.now() + opened.graph.deadlineSeconds * 1000,
});

/** A room whose message started the run waits for its end. */
async function tellRoom({ runId, roomId, isTurn = false }: RunWorkflowInput, end: RunEnd): Promise<void> {
  if (!isTurn || roomId === null) return;
  const ended: TurnEnded = {
    turnId: runId,
    ...(end.status === 'failed' && { error: end.error }),
    ...(end.status === 'cancelled' && { cancelledBy: end.by }),
  };
  try {
    await getExternalWorkflowHandle(roomWorkflowId(roomId)).signal(roomMessages.turnEnded, ended);
  } catch (error) {
    // Deleted meanwhile: nobody waits.
    log.info('The room could not be told', { error });
  }
}

function resultOf(end: RunEnd): RunWorkflowResult {
  switch (end.status) {
    case 'completed':
      return { status: 'completed', output: end.output };
    case 'failed':
      throw ApplicationFailure.nonRetryable(end.error.detail, end.error.code);
    case 'cancelled':
      if (CancellationScope.current().consideredCancelled)
        throw new CancelledFailure(`Cancelled by ${end.by}`);
      return { status: 'cancelled' };
  }
}
