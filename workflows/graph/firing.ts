import type { FiringRule } from '../contracts/graph/compiled';
import type { JoinData } from './kinds/join';
import type { Scope, ScopeNode } from './structure';

/** When a node fires, by its kind and its edges. */
export function firingRule(scope: Scope, { node, in: incoming }: ScopeNode): FiringRule {
  if (node.type !== 'join') return { type: 'merge' };
  const { mode = 'all', quorum = 1, losers = 'cancel' } = node.data as JoinData;
  if (mode === 'all') return { type: 'merge' };
  const need = mode === 'any' ? Math.min(1, incoming.length) : quorum;
  return { type: 'quorum', need, losers: losers === 'cancel' ? losersOf(scope, node.id) : [] };
}

/** The nodes from which every path leads to this join. */
function losersOf({ order, nodes }: Scope, join: string): string[] {
  const found = new Set<string>([join]);
  for (const id of order.toReversed()) {
    const { node, out } = nodes.get(id) ?? { node: undefined, out: [] };
    if (node?.type !== 'trigger' && out.length > 0 && out.every(({ to }) => found.has(to))) found.add(id);
  }
  found.delete(join);
  return [...found].sort();
}
