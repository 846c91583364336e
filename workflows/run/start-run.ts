import { startChild, type ChildWorkflowHandle, type ChildWorkflowOptions } from '@temporalio/workflow';
import type { Claimed } from '../contracts/run/activities';
import {
  runWorkflowId,
  runWorkflowType,
  type RunWorkflowInput,
  type RunWorkflowResult,
} from '../contracts/run/run';
import { runSearchAttributes } from '../contracts/search-attributes';

export type RunWorkflow = (input: RunWorkflowInput) => Promise<Claimed<RunWorkflowResult>>;

type RunOptions = Required<
  Pick<ChildWorkflowOptions, 'parentClosePolicy' | 'cancellationType' | 'staticSummary'>
> &
  Pick<ChildWorkflowOptions, 'workflowIdReusePolicy'>;

/**
 * Starts the workflow of a run, whose row is stored.
 * @param found what operators find it by.
 * @throws WorkflowExecutionAlreadyStartedError
 */
export const startRun = (
  input: RunWorkflowInput,
  found: Omit<Parameters<typeof runSearchAttributes>[0], 'workspaceId' | 'roomId'>,
  options: RunOptions,
): Promise<ChildWorkflowHandle<RunWorkflow>> =>
  startChild<RunWorkflow>(runWorkflowType, {
    ...options,
    workflowId: runWorkflowId(input.runId),
    args: [input],
    workflowTaskTimeout: '5s',
    typedSearchAttributes: runSearchAttributes({ ...input, ...found }),
  });
