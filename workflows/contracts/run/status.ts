export type RunStatus = 'queued' | 'running' | 'waiting' | 'paused' | 'completed' | 'failed' | 'cancelled';
export type NodeRunStatus = 'running' | 'waiting' | 'completed' | 'failed' | 'skipped' | 'cancelled';

export interface RunError {
  code: string;
  detail: string;
  /** The node run that it happened in. */
  nodeKey?: string;
}

/** Every way a run or a node can fail, besides the failures of models (`model-failures.ts`). The set is closed. */
export const runFailures = {
  run_gone: 'The run was deleted.',
  reference_missing: 'An agent, tool or sub-workflow that the graph needs is there no more.',
  payload_invalid: 'The payload does not satisfy the trigger’s input schema.',
  run_deadline: 'The run took longer than it may (deadlineSeconds of the trigger).',
  node_timeout: 'The node took longer than it may (timeoutSeconds).',
  expression_failed: 'An expression could not be evaluated.',
  output_invalid: 'The output does not satisfy the output schema.',
  output_too_large: 'The output is larger than a node’s output may be.',
  loop_limit: 'The list has more items than the loop’s maximum.',
  quorum_unmet: 'Too many of the branches failed for the join.',
  subworkflow_failed: 'The sub-workflow did not complete.',
  agent_missing: 'The agent is there no more, or is not active.',
  tool_missing: 'There is no such tool.',
  tool_input_invalid: 'The tool does not take this input.',
  tool_failed: 'The tool failed.',
  run_lost: 'The run’s workflow was terminated or failed. Its history is in the Temporal UI.',
  node_failed: 'The node failed for an unexpected reason. Its history is in the Temporal UI.',
} as const;

/** Largest output of a node, in bytes of JSON. */
export const longestOutputBytes = 262_144;

export type RunFailureType = keyof typeof runFailures;
