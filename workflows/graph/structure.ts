import { cleanupHandle, defaultHandle, type GraphEdge, type GraphNode } from '../contracts/graph/document';

/** Nodes that may refer to each other: the graph without loops' insides, the inside of a loop, or the clean-up branch. */
export interface Scope {
  /** The loop around it; null: the graph itself. */
  loop: string | null;
  isCleanup: boolean;
  /** Sorted so that edges lead forward; of equals, by id. What is on a circle, or behind one, is missing. */
  order: readonly string[];
  nodes: ReadonlyMap<string, ScopeNode>;
}

export interface ScopeNode {
  node: GraphNode;
  /** Sorted by source and handle. */
  in: readonly ScopeEdge[];
  out: readonly ScopeEdge[];
}

export interface ScopeEdge {
  from: string;
  handle: string;
  to: string;
}

export const handleOf = (edge: GraphEdge): string => edge.sourceHandle ?? defaultHandle;

export const isBefore = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Takes a graph apart into its scopes; the root comes first. Edges between scopes are left out, and so are those from the
 * trigger to the clean-up branch, whose first nodes start by themselves.
 * @param nodes with ids that are unique.
 */
export function scopesOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Scope[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const inCleanup = cleanupOf(nodes, edges).cleanup;
  const groups = new Map<string, GraphNode[]>([['', []]]);
  const groupOf = ({ id, parentId }: GraphNode): string =>
    parentId === undefined ? (inCleanup.has(id) ? 'cleanup' : '') : `in ${parentId}`;
  for (const node of nodes) groups.set(groupOf(node), [...(groups.get(groupOf(node)) ?? []), node]);

  const edgesOf = new Map<string, ScopeEdge[]>();
  for (const edge of edges) {
    const [source, target] = [byId.get(edge.source), byId.get(edge.target)];
    if (!source || !target || groupOf(source) !== groupOf(target)) continue;
    const known = edgesOf.get(groupOf(source)) ?? [];
    known.push({ from: edge.source, handle: handleOf(edge), to: edge.target });
    edgesOf.set(groupOf(source), known);
  }
  return [...groups].map(([group, members]) => ({
    loop: members[0]?.parentId ?? null,
    isCleanup: group === 'cleanup',
    ...arrange(members, edgesOf.get(group) ?? []),
  }));
}

function arrange(members: readonly GraphNode[], edges: readonly ScopeEdge[]): Pick<Scope, 'nodes' | 'order'> {
  const nodes = new Map(
    members.map((node) => [node.id, { node, in: [] as ScopeEdge[], out: [] as ScopeEdge[] }]),
  );
  for (const edge of edges) {
    nodes.get(edge.from)?.out.push(edge);
    nodes.get(edge.to)?.in.push(edge);
  }
  for (const each of nodes.values())
    each.in.sort((a, b) => isBefore(a.from, b.from) || isBefore(a.handle, b.handle));

  const waitsFor = new Map([...nodes].map(([id, each]) => [id, each.in.length]));
  const order: string[] = [];
  // Nodes by how far they are from a start, so that those of one rank can be sorted by id.
  let rank = [...nodes.keys()].filter((id) => waitsFor.get(id) === 0);
  while (rank.length > 0) {
    rank.sort(isBefore);
    order.push(...rank);
    const next: string[] = [];
    for (const id of rank)
      for (const { to } of nodes.get(id)?.out ?? []) {
        const left = (waitsFor.get(to) ?? 0) - 1;
        waitsFor.set(to, left);
        if (left === 0) next.push(to);
      }
    rank = next;
  }
  return { nodes, order };
}

/** Which nodes outside of loops belong to the clean-up branch, and which to it and the rest alike. */
export function cleanupOf(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
): { cleanup: Set<string>; overlap: Set<string> } {
  const triggers = nodes.filter(({ type }) => type === 'trigger').map(({ id }) => id);
  const starts = (wanted: (handle: string) => boolean): string[] =>
    edges
      .filter((edge) => triggers.includes(edge.source) && wanted(handleOf(edge)))
      .map(({ target }) => target);
  const cleanup = reachable(
    starts((handle) => handle === cleanupHandle),
    edges,
  );
  if (cleanup.size === 0) return { cleanup, overlap: new Set() };
  const rest = reachable(
    starts((handle) => handle !== cleanupHandle),
    edges,
  );
  const overlap = new Set([...cleanup].filter((id) => rest.has(id) || triggers.includes(id)));
  for (const id of overlap) cleanup.delete(id);
  return { cleanup, overlap };
}

/** The nodes that edges lead to from these, and these. */
export function reachable(
  starts: readonly string[],
  edges: readonly { source: string; target: string }[],
): Set<string> {
  const next = new Map<string, string[]>();
  for (const { source, target } of edges) {
    const known = next.get(source);
    if (known) known.push(target);
    else next.set(source, [target]);
  }
  const seen = new Set(starts);
  for (const id of seen) for (const target of next.get(id) ?? []) seen.add(target);
  return seen;
}

/** Ids of the nodes of a scope that nothing in it follows. */
export const endsOf = ({ nodes }: Scope): string[] =>
  [...nodes.values()]
    .filter(({ out }) => out.length === 0)
    .map(({ node }) => node.id)
    .sort(isBefore);
