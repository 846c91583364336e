import { runWorkflowId } from '../../../workflows/contracts/run/run';
import { graph, node } from '../../support/graphs/catalogue';
import { ask, one, slowly, type Recording } from './stage';

const failing = { output: { v: '1 / 0' } };

/** Nodes and runs that fail. */
export const failures: Record<string, Recording> = {
  'on-error': async ({ runs }) => {
    const { runId } = await runs.play(
      graph(
        [
          node('start', 'trigger'),
          node('stand', 'transform', { ...failing, onError: 'default', default: { v: 0 } }),
          node('branch', 'tool', {
            ...{ tool: 'calculator', input: { expression: '"1 / 0"' } },
            onError: 'branch',
          }),
          node('fine', 'transform', one),
          node('saved', 'transform', { output: { code: 'nodes.branch.error.code' } }),
        ],
        'start -> stand',
        'stand -> branch',
        'branch -> fine',
        'branch.error -> saved',
      ),
    );
    return [runWorkflowId(runId)];
  },
  retry: async ({ runs, agentId }) => {
    const retry = { maxAttempts: 3, initialSeconds: 0.2 };
    const { runId } = await runs.play(
      graph(
        [
          node('start', 'trigger'),
          node('shaky', 'agent', { agentId, prompt: '[[fault: 500 times=2]] [[reply: yes]]', retry }),
          node('broken', 'agent', { agentId, prompt: '[[fault: 500]] broken', retry }),
        ],
        'start -> shaky',
        'shaky -> broken',
      ),
    );
    return [runWorkflowId(runId)];
  },
  'node-timeout': async ({ runs, agentId }) => {
    const limit = { timeoutSeconds: 1, onError: 'default', default: {} } as const;
    const { runId } = await runs.play(
      graph(
        [
          node('start', 'trigger'),
          node('slow', 'agent', { ...slowly(agentId, 200), ...limit }),
          node('nap', 'delay', { seconds: 3600, ...limit }),
          node('quick', 'delay', { seconds: 0.1, timeoutSeconds: 3600 }),
        ],
        ...['slow', 'nap', 'quick'].map((id) => `start -> ${id}`),
      ),
    );
    return [runWorkflowId(runId)];
  },
  'run-failed': async ({ runs, agentId }) => {
    const outputSchema = { type: 'object', required: ['missing'] };
    const { runId } = await runs.play(
      graph(
        [
          node('start', 'trigger'),
          node('write', 'agent', slowly(agentId, 200)),
          node('nap', 'delay', { seconds: 0.5 }),
          node('bad', 'transform', { ...one, outputSchema }),
          node('tidy', 'transform', one),
        ],
        'start -> write',
        'start -> nap',
        'nap -> bad',
        'start.cleanup -> tidy',
      ),
    );
    return [runWorkflowId(runId)];
  },
  deadline: async ({ runs, agentId }) => {
    const { runId } = await runs.play(
      graph(
        [
          node('start', 'trigger', { deadlineSeconds: 1 }),
          node('ask', 'human_input', ask),
          node('write', 'agent', slowly(agentId, 200)),
          node('end', 'transform', one),
        ],
        'start -> ask',
        'start -> write',
        'ask.approve -> end',
        'ask.reject -> end',
      ),
    );
    return [runWorkflowId(runId)];
  },
  'subworkflow-failed': async ({ runs }) => {
    const inner = await runs.publish(
      graph([node('start', 'trigger'), node('bad', 'transform', failing)], 'start -> bad'),
    );
    const { runId } = await runs.play(
      graph(
        [
          node('start', 'trigger'),
          node('sub', 'subworkflow', { workflowId: inner, onError: 'branch' }),
          node('saved', 'transform', { output: { code: 'nodes.sub.error.code' } }),
        ],
        'start -> sub',
        'sub.error -> saved',
      ),
    );
    return [runWorkflowId(runId)];
  },
};
