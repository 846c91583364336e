import { proxyActivities } from '@temporalio/workflow';
import type { Json } from '../../../workflows/contracts/json';
import type { NodeStep, NodeToolActivities } from '../../../workflows/contracts/run/activities';

/** The activity of the product's worker, with the options that the interpreter gives it. */
const { callTool } = proxyActivities<NodeToolActivities>({
  taskQueue: 'tools',
  startToCloseTimeout: '60s',
  heartbeatTimeout: '3s',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '200ms', backoffCoefficient: 2.5, maximumInterval: '5s' },
});

export interface BareGraphInput {
  /** Of a stored run, in which the activities record themselves. */
  runId: string;
  workspaceId: string;
  nodes: number;
  expression: string;
}

/** As many calls as there are nodes, all at once. */
export const bareFanOut = (input: BareGraphInput): Promise<Json[]> =>
  Promise.all(Array.from({ length: input.nodes }, (_, index) => call(input, index)));

/** As many calls as there are nodes, one after the other. */
export async function bareChain(input: BareGraphInput): Promise<Json[]> {
  const outputs: Json[] = [];
  for (let index = 0; index < input.nodes; index += 1) outputs.push(await call(input, index));
  return outputs;
}

async function call({ runId, workspaceId, expression }: BareGraphInput, index: number): Promise<Json> {
  const id = `n${index}`;
  const input = { expression };
  const step: NodeStep = {
    ...{ runId, workspaceId, roomId: null, nodeKey: id, nodeId: id, kind: 'tool', label: id, part: '' },
    input: { tool: 'calculator', input },
    final: { handles: ['out'] },
    outputSchema: null,
    maxAttempts: null,
  };
  const { value } = await callTool({ claim: runId, value: step }, 'calculator', {
    claim: runId,
    value: input,
  });
  return value.output;
}
