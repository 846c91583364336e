import { startChild, type ChildWorkflowHandle, type ChildWorkflowOptions } from '@temporalio/workflow';
import type { Claimed } from '../contracts/run/activities';
import { runWorkflowId, type RunWorkflowInput, type RunWorkflowResult } from '../contracts/run/run';
import { runSearchAttributes } from '../contracts/search-attributes';
import type { FiredRun } from '../contracts/triggers/activities';
import type { ActivePolicy } from '../contracts/triggers/policy';

export type RunWorkflow = (input: RunWorkflowInput) => Promise<Claimed<RunWorkflowResult>>;

/** Longest part of a name that is shown in a summary, which must not be long. */
const shownChars = 40;

/**
 * Starts the run of a firing, whose row is stored.
 * @throws WorkflowExecutionAlreadyStartedError also when the run has ended.
 */
export function startRun(
  { id, name, eventType }: ActivePolicy,
  { runId, workflowId, version, workflowName }: FiredRun,
  { workspaceId, roomId }: { workspaceId: string; roomId: string | null },
  closing: Pick<ChildWorkflowOptions, 'parentClosePolicy' | 'cancellationType'>,
): Promise<ChildWorkflowHandle<RunWorkflow>> {
  return startChild<RunWorkflow>('runWorkflow', {
    ...closing,
    workflowId: runWorkflowId(runId),
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    args: [{ runId, workspaceId, roomId }],
    workflowTaskTimeout: '5s',
    typedSearchAttributes: runSearchAttributes({
      ...{ workspaceId, roomId, workflowId, version, triggerType: eventType, initiator: `trigger:${id}` },
    }),
    staticSummary: `${name.slice(0, shownChars)} runs ${workflowName.slice(0, shownChars)}`,
  });
}
