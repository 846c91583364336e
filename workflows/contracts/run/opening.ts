import { defaultHandle } from '../graph/document';
import type { CompiledGraph } from '../graph/compiled';
import type { Json } from '../json';
import type { ReusedOutcome, RunEntry } from './activities';

/** Of the entry that a run is open. */
export const openingKey = 'opened';

/**
 * What is recorded when a run opens. The trigger has nothing to do but to pass on the payload, so its end is told here.
 * @param at milliseconds since 1970.
 */
export function openingEntries(
  graph: CompiledGraph,
  payload: Json,
  reused: Readonly<Record<string, ReusedOutcome>>,
  at: number,
): RunEntry[] {
  const triggers = graph.root.nodes
    .filter(({ id, kind }) => kind === 'trigger' && !reused[id])
    .map(({ id, kind, label }) => ({
      ...{ type: 'node' as const, key: `${id}/completed`, at, nodeKey: id, nodeId: id, kind, label },
      ...{ status: 'completed' as const, output: { payload }, handles: [defaultHandle] },
    }));
  return [{ type: 'run', key: openingKey, at, status: 'running' }, ...triggers];
}
