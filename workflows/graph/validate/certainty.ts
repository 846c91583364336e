import type { FiringRule } from '../../contracts/graph/compiled';
import type { Scope, ScopeEdge, ScopeNode } from '../structure';
import { IdSet, inAtLeast } from './id-set';

/** What each node of a scope can know of the others when it fires. */
export interface Certainty {
  /** Whether `id` lies on a path to `at`; `at` null: the end of the scope. */
  isBefore(id: string, at: string | null): boolean;
  /** Whether `id` surely has an output when `at` fires; `at` null: when the scope has come to its end. */
  isCertain(id: string, at: string | null): boolean;
}

/** A node and what it needs to be told of its kind. */
export interface AnalysedNode extends ScopeNode {
  rule: FiringRule;
  /** Every way out; at least one of them is taken when the node has an output. */
  handles: readonly string[];
}

interface Facts {
  before: IdSet;
  /** Have an output when the node fires. */
  certain: IdSet;
  /** Have ended, been skipped or failed when the node is settled. */
  settled: IdSet;
  /** If one of these has an output, or one of these ways out is taken, this node has an output in the end. */
  follows: IdSet;
}

/**
 * Works along the edges. A node that merges fires when all its edges are settled, so it knows what every taken edge knows,
 * and the outputs of those branches that could not but be taken. One with a quorum knows what it must know whichever
 * edges are taken first.
 */
export function analyseCertainty(
  { order }: Pick<Scope, 'order'>,
  nodes: ReadonlyMap<string, AnalysedNode>,
): Certainty {
  // Position 0 stands for the beginning of the scope.
  const positions = new Map(order.map((id, at) => [id, at + 1]));
  const choosing = order.toReversed().flatMap((id) => {
    const node = nodes.get(id);
    return node && node.handles.length > 1 ? [node] : [];
  });
  /** Ways out of nodes that have several, behind the nodes. */
  const ways = new Map<string, number>();
  for (const { node, handles } of choosing)
    for (const handle of handles) ways.set(wayKey(node.id, handle), order.length + 1 + ways.size);
  const size = order.length + 1 + ways.size;
  const facts = new Map<string, Facts>();
  const losers = new Set(
    [...nodes.values()].flatMap(({ rule }) => (rule.type === 'quorum' ? rule.losers : [])),
  );
  const ended = IdSet.empty(size).add(0);

  /** What is known of the sources, with them and the ways out that were taken, if the edges were. */
  const along = (edges: readonly ScopeEdge[], pick: (facts: Facts) => IdSet): IdSet[] =>
    edges.flatMap(({ from, handle }) => {
      const source = facts.get(from);
      if (!source) return [];
      const set = pick(source).copy();
      const way = ways.get(wayKey(from, handle));
      if (way !== undefined) set.add(way);
      return [set.add(positions.get(from) ?? 0)];
    });

  for (const id of order) {
    const node = nodes.get(id);
    if (!node) continue;
    const { rule, in: incoming } = node;
    const position = positions.get(id) ?? 0;
    const before = united(
      along(incoming, (source) => source.before),
      size,
    );
    const known = along(incoming, (source) => source.certain);
    const isStart = known.length === 0;
    const certain =
      isStart || rule.type === 'merge'
        ? intersected(known, size)
        : inAtLeast(Math.max(1, known.length - rule.need + 1), known, size);
    certain.add(0);
    const settled =
      rule.type === 'merge'
        ? united(
            along(incoming, (source) => source.settled),
            size,
          )
        : united(settledOf(certain), size);
    for (const [other, at] of positions)
      if (settled.has(at) && !certain.has(at) && facts.get(other)?.follows.meets(certain)) certain.add(at);
    settled.addAll(certain);

    const causes = incoming.map((edge) => causesOf(edge));
    const follows = isStart
      ? IdSet.empty(size).add(0)
      : rule.type === 'merge'
        ? withWholeChoices(united(causes, size))
        : inAtLeast(rule.need, causes, size);
    facts.set(id, {
      before,
      certain,
      settled,
      follows: (endsSurely(node) && !losers.has(id) ? follows : IdSet.empty(size)).add(position),
    });
  }

  /** What makes sure that an edge is taken. */
  function causesOf({ from, handle }: ScopeEdge): IdSet {
    const way = ways.get(wayKey(from, handle));
    if (way !== undefined) return IdSet.empty(size).add(way);
    const isOnlyWay = nodes.get(from)?.handles[0] === handle;
    const known = isOnlyWay ? facts.get(from)?.follows : undefined;
    return known?.copy() ?? IdSet.empty(size);
  }

  /** With all ways out of a node in the set, so is the node, and what it follows. */
  function withWholeChoices(causes: IdSet): IdSet {
    for (const { node, handles } of choosing)
      if (handles.every((handle) => causes.has(ways.get(wayKey(node.id, handle)) ?? size)))
        causes.addAll(facts.get(node.id)?.follows ?? causes);
    return causes;
  }

  function settledOf(certain: IdSet): IdSet[] {
    return [...facts].flatMap(([id, each]) => (certain.has(positions.get(id) ?? 0) ? [each.settled] : []));
  }

  /** It has an output if it fires: a failure fails the run, or is one. */
  function endsSurely({ node, out }: AnalysedNode): boolean {
    if ((node.data.onError ?? 'fail') !== 'fail') return true;
    return out.length === 0 || out.some(({ to }) => nodes.get(to)?.rule.type !== 'quorum');
  }

  return {
    isBefore: (id, at) =>
      at === null ? positions.has(id) : (facts.get(at)?.before.has(positions.get(id) ?? size) ?? false),
    isCertain: (id, at) =>
      at === null
        ? (facts.get(id)?.follows.meets(ended) ?? false)
        : (facts.get(at)?.certain.has(positions.get(id) ?? size) ?? false),
  };
}

const wayKey = (id: string, handle: string): string => `${id} ${handle}`;

function united(sets: readonly IdSet[], size: number): IdSet {
  return sets.reduce((all, set) => all.addAll(set), IdSet.empty(size));
}

function intersected(sets: readonly IdSet[], size: number): IdSet {
  const [first, ...rest] = sets;
  return first ? rest.reduce((all, set) => all.keepAll(set), first.copy()) : IdSet.empty(size);
}
