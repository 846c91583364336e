import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { isModelFailure, modelFailures } from '../contracts/model-failures';
import { runFailures, type RunError, type RunFailureType } from '../contracts/run/status';

const isRunFailure = (type: string | null | undefined): type is RunFailureType =>
  typeof type === 'string' && Object.hasOwn(runFailures, type);

/** A failure that no further attempt can mend. */
export const runFailure = (type: RunFailureType, detail: string = runFailures[type]): ApplicationFailure =>
  ApplicationFailure.nonRetryable(detail, type);

/** What people are told of a node, or a run, that failed. */
export function describeError(error: unknown): RunError {
  if (error instanceof ActivityFailure) {
    const { cause } = error;
    if (cause instanceof TimeoutFailure)
      return { code: 'node_timeout', detail: 'A call took longer than it may.' };
    return describeError(cause);
  }
  if (error instanceof ApplicationFailure) {
    const { type, message } = error;
    if (isModelFailure(type)) return { code: type, detail: modelFailures[type].detail };
    if (isRunFailure(type)) return { code: type, detail: message };
  }
  return { code: 'node_failed', detail: runFailures.node_failed };
}
