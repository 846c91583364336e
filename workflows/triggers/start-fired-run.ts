import type { ChildWorkflowHandle, ChildWorkflowOptions } from '@temporalio/workflow';
import type { FiredRun } from '../contracts/triggers/activities';
import type { ActivePolicy } from '../contracts/triggers/policy';
import { startRun, type RunWorkflow } from '../run/start-run';

/** Longest part of a name that is shown in a summary, which must not be long. */
const shownChars = 40;

/**
 * Starts the run of a firing, whose row is stored.
 * @throws WorkflowExecutionAlreadyStartedError also when the run has ended.
 */
export const startFiredRun = (
  { id, name, eventType }: ActivePolicy,
  { runId, workflowId, version, workflowName }: FiredRun,
  { workspaceId, roomId }: { workspaceId: string; roomId: string | null },
  closing: Required<Pick<ChildWorkflowOptions, 'parentClosePolicy' | 'cancellationType'>>,
): Promise<ChildWorkflowHandle<RunWorkflow>> =>
  startRun(
    { runId, workspaceId, roomId },
    { workflowId, version, triggerType: eventType, initiator: `trigger:${id}` },
    {
      ...closing,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: `${name.slice(0, shownChars)} runs ${workflowName.slice(0, shownChars)}`,
    },
  );
