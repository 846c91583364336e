import type { CompiledEdge, CompiledNode } from '../contracts/graph/compiled';
import type { NodeState } from '../contracts/run/run';

export type EdgeState = 'open' | 'taken' | 'skipped' | 'failed';

export type Firing = 'wait' | 'fire' | 'skip' | 'fail';

/** What became of the nodes of a scope so far, by id. */
export type NodeStates = Readonly<Record<string, NodeState | undefined>>;

export type EndedState = NodeState & { status: Exclude<NodeState['status'], 'running'> };

export const hasEnded = (state: NodeState | undefined): state is EndedState =>
  state !== undefined && state.status !== 'running';

/**
 * A node that ended settles all of its edges: those of the ways out it took are taken. Of a node that failed without a
 * way out the edges are failed, all others are skipped. An edge from outside the scope leads in, so it is taken.
 */
export function edgeState(
  { from, handle }: CompiledEdge,
  states: NodeStates,
  inside: ReadonlySet<string>,
): EdgeState {
  if (!inside.has(from)) return 'taken';
  const state = states[from];
  if (!hasEnded(state)) return 'open';
  if (state.handles) return state.handles.includes(handle) ? 'taken' : 'skipped';
  return state.status === 'failed' ? 'failed' : 'skipped';
}

/**
 * Whether a node fires, by its rule over its edges. A node whose edges are all skipped is skipped itself (dead-path
 * elimination, as in BPEL), so that everything behind it settles too and no graph can hang.
 */
export function decide(node: CompiledNode, states: NodeStates, inside: ReadonlySet<string>): Firing {
  const count = { open: 0, taken: 0, skipped: 0, failed: 0 };
  for (const edge of node.in) count[edgeState(edge, states, inside)] += 1;
  if (node.rule.type === 'quorum') {
    if (count.taken >= node.rule.need) return 'fire';
    if (count.taken + count.open >= node.rule.need) return 'wait';
    if (count.failed > 0) return 'fail';
    // A branch that is still at work may fail, and somebody has to say so, whichever ends first.
    return count.open > 0 ? 'wait' : 'skip';
  }
  if (node.in.length === 0) return 'fire';
  if (count.open > 0) return 'wait';
  return count.taken > 0 ? 'fire' : 'skip';
}
