import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import {
  decideRefusals,
  type DecideRequest,
  type DecideResult,
} from '../../../workflows/contracts/run/approvals';
import { runMessages, type CancelRun, type RunProgress } from '../../../workflows/contracts/run/run';

/** Takes what a run takes, and tells what it was told. */
export async function runWorkflow(input: { runId: string; decisionMs?: number }): Promise<unknown> {
  const told: unknown[] = [];
  const winners: DecideRequest[] = [];
  let ended: CancelRun['mode'] | undefined;
  setHandler(defineSignal<[{ by: string }]>(runMessages.pause), ({ by }) => void told.push(`pause ${by}`));
  setHandler(defineSignal<[{ by: string }]>(runMessages.resume), ({ by }) => void told.push(`resume ${by}`));
  setHandler(defineSignal<[CancelRun]>(runMessages.cancel), ({ by, mode }) => {
    told.push(`${mode} ${by}`);
    ended = mode;
  });
  setHandler(defineQuery<RunProgress>(runMessages.progress), () => ({
    ...{ status: 'running', running: ['a'], waiting: [], ended: 3 },
  }));
  setHandler(
    defineUpdate<DecideResult, [DecideRequest]>(runMessages.decide),
    async (request) => {
      winners.push(request);
      await sleep(input.decisionMs ?? 1);
      return { decision: { ...request, decidedAt: '2026-01-01T00:00:00.000Z' }, decided: true, missing: 0 };
    },
    {
      validator: ({ userId, action }) => {
        const first = winners[0];
        if (action === 'refuse') throw refusal(decideRefusals.notPending, { status: 'timed_out' });
        if (first && first.userId !== userId && !input.decisionMs)
          throw refusal(decideRefusals.alreadyDecided, first);
      },
    },
  );
  try {
    await condition(() => ended !== undefined);
    // Cancelling is a request of its own, which may come a good while later.
    await sleep(ended === 'cancel' ? '1h' : '2s');
    told.push('let finish');
  } catch (error) {
    if (!isCancellation(error)) throw error;
    told.push('cancelled');
  }
  return { claim: input.runId, value: { status: 'cancelled', output: told } };
}

const refusal = (type: string, details: object): ApplicationFailure =>
  ApplicationFailure.create({ type, nonRetryable: true, details: [details] });
