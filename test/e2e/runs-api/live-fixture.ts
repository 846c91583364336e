import { eventually } from '../../support/eventually';
import type { Person } from '../../support/people';
import type { Page } from '../../integration/routes/routes-fixture';

export interface RunBody {
  id: string;
  status: string;
  output: Record<string, unknown> | null;
  error: { code: string; nodeKey?: string } | null;
  usage: { promptTokens: number; costUsd: number };
  forkedFrom: { runId: string; nodeKeys: string[] } | null;
}

export interface NodeBody {
  key: string;
  status: string;
  reused: boolean;
  input: unknown;
  output: unknown;
  usage: { promptTokens: number };
}

export async function execute(person: Person, id: string, payload: unknown): Promise<string> {
  const { runId } = await person.must<{ runId: string }>('POST', `/workflows/${id}/execute`, { payload });
  return runId;
}

export const runIs = (person: Person, runId: string, status: string): Promise<RunBody> =>
  eventually(
    `run ${status}`,
    async () => {
      const run = await person.must<RunBody>('GET', `/runs/${runId}`);
      return run.status === status && run;
    },
    60,
  );

export async function nodesOf(person: Person, runId: string): Promise<Record<string, NodeBody>> {
  const { items } = await person.must<Page<NodeBody>>('GET', `/runs/${runId}/nodes?limit=200`);
  return Object.fromEntries(items.map((node) => [node.key, node]));
}

export const approvalOf = (person: Person, runId: string): Promise<string> =>
  eventually('approval', async () => {
    const { items } = await person.must<Page<{ id: string }>>('GET', `/approvals?runId=${runId}`);
    return items[0]?.id;
  });

const at = { x: 0, y: 0 };
const node = (id: string, type: string, data: object, parentId?: string) => ({
  id,
  type,
  position: at,
  data,
  ...(parentId === undefined ? {} : { parentId }),
});
const edges = (...pairs: [source: string, target: string][]) =>
  pairs.map(([source, target], index) => ({ id: `e${String(index)}`, source, target }));

/** Three steps one after the other; the last one fails unless `input.fine`. */
export const threeSteps = {
  schemaVersion: 1,
  nodes: [
    node('start', 'trigger', {}),
    node('work', 'tool', { tool: 'calculator', input: { expression: '"20 + 1"' } }),
    node('double', 'transform', { output: { value: 'nodes.work.result * 2' } }),
    node('last', 'tool', {
      tool: 'calculator',
      input: { expression: 'input.fine ? string(nodes.double.value) : "1 +"' },
    }),
  ],
  edges: edges(['start', 'work'], ['work', 'double'], ['double', 'last']),
};

/** Waits before its second step. */
export const waits = (seconds: number) => ({
  schemaVersion: 1,
  nodes: [
    node('start', 'trigger', {}),
    node('pause', 'delay', { seconds }),
    node('after', 'transform', { output: { n: '1' } }),
  ],
  edges: edges(['start', 'pause'], ['pause', 'after']),
});

/** An item at a time, then the sum of it all. */
export const eachItem = {
  schemaVersion: 1,
  nodes: [
    node('start', 'trigger', {}),
    node('each', 'loop', { over: 'input.items', max: 10, collect: 'nodes.twice.result' }),
    node('twice', 'tool', { tool: 'calculator', input: { expression: 'string(item) + " * 2"' } }, 'each'),
    node('end', 'transform', { output: { items: 'nodes.each.items' } }),
  ],
  edges: edges(['start', 'each'], ['each', 'end']),
};
