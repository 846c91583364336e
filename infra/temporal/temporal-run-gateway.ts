import {
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
  type WorkflowHandle,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { decideRefusals, type DecideResult, type Decision } from '../../workflows/contracts/run/approvals';
import {
  runMessages,
  runWorkflowId,
  runWorkflowType,
  type RunProgress,
  type RunWorkflowInput,
  type RunWorkflowResult,
} from '../../workflows/contracts/run/run';
import { runFailures } from '../../workflows/contracts/run/status';
import type { Claimed, OpenedRun } from '../../workflows/contracts/run/activities';
import { TemporalUnavailableError } from './room-gateway';
import { DecisionRefusedError, type DecisionRefusal, type RunGateway, type RunStart } from './run-gateway';
import { runSearchAttributes } from '../../workflows/contracts/search-attributes';
import { callTemporal } from './temporal-call';

type RunWorkflow = (
  input: RunWorkflowInput,
  carried?: undefined,
  handed?: Claimed<OpenedRun>,
) => Promise<Claimed<RunWorkflowResult>>;

/** Temporal takes ten updates of a workflow at once and refuses the others: waits before they are sent again, in ms. */
const updateRetryMs = [50, 100, 200, 400, 800, 1600];
/** How long a worker may take to answer an update or a query. */
const answerMs = 10_000;

/** `client` must read what the workers' codec writes (`createClaimCheck`). */
export function createRunGateway(client: Client): RunGateway {
  const handle = (runId: string): WorkflowHandle<RunWorkflow> =>
    client.workflow.getHandle<RunWorkflow>(runWorkflowId(runId));

  return {
    async start(run) {
      try {
        await callTemporal(client, () =>
          client.workflow.start<RunWorkflow>(runWorkflowType, startOptions(run)),
        );
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },

    async result(runId, timeoutMs) {
      try {
        const { value } = await callTemporal(client, () => handle(runId).result(), timeoutMs);
        return value;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError || isDeadline(error)) return null;
        if (error instanceof WorkflowFailedError) return failedResult(error);
        throw error;
      }
    },

    pause: (runId, by) => tell(runId, (run) => run.signal(runMessages.pause, { by })),
    resume: (runId, by) => tell(runId, (run) => run.signal(runMessages.resume, { by })),
    cancel: (runId, request) =>
      tell(runId, async (run) => {
        await run.signal(runMessages.cancel, request);
        if (request.mode === 'cancel') await run.cancel();
      }),

    async decide(runId, request) {
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await callTemporal(
            client,
            () =>
              handle(runId).executeUpdate<DecideResult, [typeof request]>(runMessages.decide, {
                args: [request],
              }),
            answerMs,
          );
        } catch (error) {
          const waitMs = updateRetryMs[attempt];
          if (waitMs === undefined || !isExhausted(error)) throw refusalOf(error) ?? error;
          await new Promise((resolve) => setTimeout(resolve, waitMs));
        }
      }
    },

    async progress(runId) {
      try {
        return await callTemporal(
          client,
          () => handle(runId).query<RunProgress>(runMessages.progress),
          answerMs,
        );
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },
  };

  async function tell(
    runId: string,
    say: (run: WorkflowHandle<RunWorkflow>) => Promise<unknown>,
  ): Promise<boolean> {
    try {
      await callTemporal(client, () => say(handle(runId)));
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }
}

/**
 * A run is executed once: starting it again joins it, and is refused when it has ended. Its tasks time out soon, so that a
 * killed worker is noticed soon. What people wait for in rooms goes before headless runs; workspaces share fairly.
 */
function startOptions(run: RunStart): WorkflowStartOptions<RunWorkflow> {
  const { runId, workspaceId, roomId, version, workflowName, isTurn = false, opened } = run;
  const input = { runId, workspaceId, roomId, isTurn };
  return {
    workflowId: runWorkflowId(runId),
    taskQueue: 'control',
    args: opened ? [input, undefined, { claim: runId, value: opened }] : [input],
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowTaskTimeout: '5s',
    priority: { priorityKey: roomId === null ? 3 : 2, fairnessKey: workspaceId },
    typedSearchAttributes: runSearchAttributes(run),
    staticSummary: `${workflowName.slice(0, 150)}, version ${version}`,
  };
}

/** A run that fails says why; one that was terminated or timed out cannot. */
function failedResult({ cause }: WorkflowFailedError): RunWorkflowResult {
  if (cause instanceof CancelledFailure) return { status: 'cancelled' };
  if (cause instanceof ApplicationFailure && cause.type)
    return { status: 'failed', error: { code: cause.type, detail: cause.message } };
  return { status: 'failed', error: { code: 'run_lost', detail: runFailures.run_lost } };
}

function refusalOf(error: unknown): DecisionRefusedError | undefined {
  if (error instanceof WorkflowNotFoundError)
    return new DecisionRefusedError(decideRefusals.notPending, null);
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) return undefined;
  const reason = Object.values(decideRefusals).find((type) => type === cause.type);
  return reason && new DecisionRefusedError(reason, detailsOf(reason, cause));
}

/** The workflow's validator is the only one to make these failures, so their details have its shape. */
function detailsOf(reason: DecisionRefusal, cause: ApplicationFailure): Decision | { status: string } | null {
  const details: unknown = cause.details?.[0];
  if (details === undefined) return null;
  return reason === decideRefusals.notPending ? (details as { status: string }) : (details as Decision);
}

/** The wait is over: by our clock (DEADLINE_EXCEEDED), or by the server's, which ends the call then (CANCELLED). */
const isDeadline = (error: unknown): boolean =>
  error instanceof TemporalUnavailableError && (hasCode(error, 4) || hasCode(error, 1));
const isExhausted = (error: unknown): boolean => hasCode(error, 8);

function hasCode(error: unknown, code: number): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const found: number | undefined = isGrpcServiceError(cause) ? cause.code : undefined;
    if (found === code) return true;
  }
  return false;
}
