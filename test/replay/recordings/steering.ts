import type { GraphDocument } from '../../../workflows/contracts/graph/document';
import { runWorkflowId } from '../../../workflows/contracts/run/run';
import { eventually } from '../../support/eventually';
import { graph, node } from '../../support/graphs/catalogue';
import { whileChildBegins } from '../../support/graphs/hold-ups';
import { ask, began, childOf, one, publish, slowly, type Recording } from './stage';

const asking = (): GraphDocument =>
  graph(
    [node('start', 'trigger'), node('ask', 'human_input', ask), node('done', 'transform', one)],
    'start -> ask',
    'ask.approve -> done',
    'ask.reject -> done',
  );
const parentOf = (workflowId: string): GraphDocument =>
  graph(
    [node('start', 'trigger'), node('sub', 'subworkflow', { workflowId }), node('after', 'transform', one)],
    'start -> sub',
    'sub -> after',
  );

/** Runs that are paused, cancelled, stopped, forked. */
export const steering: Record<string, Recording> = {
  'pause-and-resume': async ({ runs }) => {
    const runId = await runs.run(parentOf(await runs.publish(asking())));
    const child = await childOf(runs, runId);
    const approvalId = await runs.asked(child);
    await runs.gateway.pause(runId, 'Ann');
    await eventually('paused', async () => (await runs.gateway.progress(child))?.status === 'paused');
    await runs.decide(child, approvalId);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await runs.gateway.resume(runId, 'Ann');
    await runs.ended(runId);
    return [runWorkflowId(runId), runWorkflowId(child)];
  },
  'pause-starting-sub-workflow': async ({ runs }) => {
    const { runId, childId } = await whileChildBegins(runs, asking(), (id) => runs.gateway.pause(id, 'Ann'));
    await eventually('paused', async () => (await runs.gateway.progress(childId))?.status === 'paused');
    await runs.gateway.resume(runId, 'Ann');
    await runs.decide(childId, await runs.asked(childId));
    await runs.ended(runId);
    return [runWorkflowId(runId), runWorkflowId(childId)];
  },
  'cancel-with-clean-up': async ({ runs, agentId }) => {
    const runId = await runs.run(
      graph(
        [
          node('start', 'trigger'),
          node('write', 'agent', slowly(agentId, 200)),
          node('ask', 'human_input', ask),
          node('wait', 'delay', { seconds: 3600 }),
          node('after', 'transform', one),
          node('tidy', 'tool', { tool: 'calculator', input: { expression: '"1 + 1"' } }),
          node('keep', 'human_input', ask),
          node('kept', 'transform', one),
        ],
        ...['write', 'ask', 'wait'].map((id) => `start -> ${id}`),
        ...['write', 'ask.approve', 'ask.reject', 'wait'].map((id) => `${id} -> after`),
        'start.cleanup -> tidy',
        'tidy -> keep',
        'keep.approve -> kept',
        'keep.reject -> kept',
      ),
    );
    await began(runs, runId, 'write');
    await runs.asked(runId, 'ask');
    await runs.gateway.cancel(runId, { by: 'Ann', mode: 'cancel' });
    await runs.decide(runId, await runs.asked(runId, 'keep'));
    await runs.ended(runId);
    return [runWorkflowId(runId)];
  },
  'cancel-sub-workflow': async ({ runs }) => {
    const runId = await runs.run(parentOf(await runs.publish(asking())));
    const child = await childOf(runs, runId);
    await runs.asked(child);
    await runs.gateway.cancel(runId, { by: 'Ann', mode: 'cancel' });
    await runs.ended(runId);
    await runs.ended(child);
    return [runWorkflowId(runId), runWorkflowId(child)];
  },
  'cancel-by-operator': async ({ runs }) => {
    const runId = await runs.run(asking());
    await runs.asked(runId);
    await runs.client.workflow.getHandle(runWorkflowId(runId)).cancel();
    await runs.ended(runId);
    return [runWorkflowId(runId)];
  },
  stop: async ({ runs, agentId }) => {
    const runId = await runs.run(
      graph(
        [
          node('start', 'trigger', { concurrency: 1 }),
          node('a', 'agent', slowly(agentId, 20)),
          node('b', 'agent', slowly(agentId, 20)),
          node('ask', 'human_input', ask),
          node('end', 'join'),
        ],
        ...['a', 'b', 'ask'].map((id) => `start -> ${id}`),
        ...['a', 'b', 'ask.approve', 'ask.reject'].map((id) => `${id} -> end`),
      ),
    );
    await began(runs, runId, 'a');
    await runs.gateway.cancel(runId, { by: 'Ann', mode: 'stop' });
    await runs.ended(runId);
    return [runWorkflowId(runId)];
  },
  'retry-and-fork': async ({ runs, alice }) => {
    const agent = await alice.must<{ id: string }>('POST', '/agents', {
      name: 'Forked',
      instructions: 'You are brief.',
    });
    const workflowId = await publish(
      alice,
      graph(
        [
          node('start', 'trigger'),
          node('write', 'agent', { agentId: agent.id, prompt: 'first' }),
          node('other', 'transform', one),
          node('any', 'join', { mode: 'any', losers: 'ignore' }),
          node('sum', 'tool', { tool: 'calculator', input: { expression: 'input.sum' } }),
          node('end', 'transform', { output: { v: 'nodes.sum.result' } }),
        ],
        'start -> write',
        'start -> other',
        'write -> any',
        'other -> any',
        'any -> sum',
        'write -> sum',
        'sum -> end',
      ),
    );
    const { runId } = await alice.must<{ runId: string }>('POST', `/workflows/${workflowId}/execute`, {
      payload: { sum: '1 / 0' },
    });
    await runs.ended(runId);
    const retried = await alice.must<{ runId: string }>('POST', `/runs/${runId}/retry`, {});
    await runs.ended(retried.runId);
    const forked = await alice.must<{ runId: string }>('POST', `/runs/${runId}/fork`, {
      nodeKey: 'sum',
      input: { tool: 'calculator', input: { expression: '2 + 5' } },
    });
    await runs.ended(forked.runId);
    return [retried.runId, forked.runId].map(runWorkflowId);
  },
};
