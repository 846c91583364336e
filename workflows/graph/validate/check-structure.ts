import {
  cleanupHandle,
  errorHandle,
  graphLimits,
  type GraphEdge,
  type GraphNode,
} from '../../contracts/graph/document';
import type { GraphProblem } from '../../contracts/graph/problems';
import { cleanupOf, handleOf, reachable } from '../structure';
import { findCycles } from './cycles';
import { problem } from './problem';
import type { ReadDocument } from './read-document';

/** What is wrong with how nodes are connected, and what is left when that is taken away. */
export interface CheckedStructure {
  problems: GraphProblem[];
  /** Edges between nodes that exist, within one scope. */
  edges: GraphEdge[];
  /** Nodes with a parent that exists, if any. */
  nodes: GraphNode[];
  /** Nodes whose place in the graph is wrong, so that nothing can be said of what comes before them. */
  misplaced: ReadonlySet<string>;
}

/** @param handles the ways out of a node, with `error` where it has one; undefined: its data is wrong. */
export function checkStructure(
  document: ReadDocument,
  handles: (node: GraphNode) => readonly string[] | undefined,
): CheckedStructure {
  const byId = new Map(document.nodes.map((node) => [node.id, node]));
  const parents = checkParents(document.nodes, byId);
  const checkedEdges = checkEdges(document, byId, handles);
  const paths = checkPaths(document.nodes, checkedEdges.edges);
  return {
    problems: [
      ...checkTriggers(document.nodes),
      ...parents.problems,
      ...checkedEdges.problems,
      ...paths.problems,
    ],
    nodes: document.nodes.filter(({ id }) => !parents.orphans.has(id)),
    edges: checkedEdges.edges,
    misplaced: paths.misplaced,
  };
}

function checkTriggers(nodes: readonly GraphNode[]): GraphProblem[] {
  const triggers = nodes.filter(({ type }) => type === 'trigger');
  return [
    ...(triggers.length === 0 && nodes.length > 0
      ? [problem('no_trigger', 'Add a node of type `trigger`, where the run begins.')]
      : []),
    ...triggers
      .slice(1)
      .map(({ id }) =>
        problem('several_triggers', 'A graph has one trigger: remove the others.', { nodeId: id }),
      ),
    ...triggers
      .filter(({ parentId }) => parentId !== undefined)
      .map(({ id }) => problem('trigger_in_loop', 'Move the trigger out of the loop.', { nodeId: id })),
  ];
}

function checkParents(
  nodes: readonly GraphNode[],
  byId: ReadonlyMap<string, GraphNode>,
): { problems: GraphProblem[]; orphans: Set<string> } {
  const problems: GraphProblem[] = [];
  const orphans = new Set<string>();
  for (const { id, parentId } of nodes) {
    if (parentId === undefined) continue;
    const invalid = (message: string): void => {
      problems.push(problem('invalid_parent', message, { nodeId: id, path: 'parentId' }));
      orphans.add(id);
    };
    const parent = byId.get(parentId);
    if (!parent) invalid(`There is no node "${parentId}".`);
    else if (parent.type !== 'loop') invalid(`"${parentId}" is no loop.`);
    else {
      const depth = depthOf(id, byId);
      if (depth === 'circular') invalid(`"${parentId}" is itself inside "${id}".`);
      else if (depth > graphLimits.nesting)
        problems.push(
          problem('nested_too_deep', `Loops can be nested ${graphLimits.nesting} deep.`, { nodeId: id }),
        );
    }
  }
  return { problems, orphans };
}

/** How many loops a node is in. */
function depthOf(id: string, byId: ReadonlyMap<string, GraphNode>): number | 'circular' {
  const around = new Set<string>();
  for (let at = byId.get(id)?.parentId; at !== undefined; at = byId.get(at)?.parentId) {
    if (at === id || around.has(at)) return 'circular';
    around.add(at);
  }
  return around.size;
}

function checkEdges(
  { edges, nodeIds }: ReadDocument,
  byId: ReadonlyMap<string, GraphNode>,
  handles: (node: GraphNode) => readonly string[] | undefined,
): { problems: GraphProblem[]; edges: GraphEdge[] } {
  const problems: GraphProblem[] = [];
  const kept: GraphEdge[] = [];
  const seen = new Set<string>();
  const fanOut = new Map<string, number>();
  for (const edge of edges) {
    const { id: edgeId, source, target } = edge;
    const before = problems.length;
    const report = (code: GraphProblem['code'], message: string, path?: string): void => {
      problems.push(problem(code, message, { edgeId, ...(path !== undefined && { path }) }));
    };
    fanOut.set(source, (fanOut.get(source) ?? 0) + 1);
    if (!nodeIds.has(source)) report('dangling_edge', `There is no node "${source}".`, 'source');
    if (!nodeIds.has(target)) report('dangling_edge', `There is no node "${target}".`, 'target');
    if (source === target) report('self_edge', 'A node cannot lead to itself: use a loop.');
    const [from, to] = [byId.get(source), byId.get(target)];
    if (to?.type === 'trigger') report('edge_into_trigger', 'Nothing can lead to a trigger.', 'target');
    if (from && to && from.parentId !== to.parentId)
      report(
        'edge_across_loop',
        'An edge cannot lead into a loop’s body or out of it: nodes inside see what comes before the loop, and `collect` says what comes out.',
      );
    const handle = handleOf(edge);
    const ways = from && handles(from);
    if (ways && !ways.includes(handle)) {
      const hint = handle === errorHandle ? ' Set onError to `branch` to have it.' : '';
      report(
        'unknown_handle',
        `"${source}" has no way out "${handle}". It has: ${ways.join(', ')}.${hint}`,
        'sourceHandle',
      );
    }
    const key = JSON.stringify([source, handle, target]);
    if (seen.has(key))
      report('duplicate_edge', `Another edge leads from "${source}" to "${target}" already.`);
    seen.add(key);
    if (problems.length === before && from && to) kept.push(edge);
  }
  for (const [nodeId, count] of fanOut)
    if (count > graphLimits.fanOut)
      problems.push(
        problem('fan_out', `${count} edges lead out of it; at most ${graphLimits.fanOut} are allowed.`, {
          nodeId,
        }),
      );
  return { problems, edges: kept };
}

function checkPaths(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
): { problems: GraphProblem[]; misplaced: Set<string> } {
  const problems: GraphProblem[] = [];
  const next = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { source, target } of edges) next.get(source)?.push(target);

  const circular = new Set<string>();
  for (const members of findCycles([...next.keys()], (id) => next.get(id) ?? [])) {
    const [first = ''] = members;
    const list = members.map((id) => `"${id}"`).join(', ');
    problems.push(
      problem('cycle', `These nodes lead to each other in a circle: ${list}. Put what repeats into a loop.`, {
        nodeId: first,
      }),
    );
    for (const id of members) circular.add(id);
  }

  const ends = [...next].filter(([, targets]) => targets.length === 0).map(([id]) => id);
  const finish = reachable(
    ends,
    edges.map(({ source, target }) => ({ source: target, target: source })),
  );
  for (const { id } of nodes)
    if (!finish.has(id) && !circular.has(id))
      problems.push(problem('no_path_to_end', 'Every path from here goes in circles.', { nodeId: id }));

  const outer = nodes.filter(({ parentId }) => parentId === undefined);
  const triggers = outer.filter(({ type }) => type === 'trigger').map(({ id }) => id);
  const reached = reachable(triggers, edges);
  const lost = triggers.length === 0 ? [] : outer.filter(({ id }) => !reached.has(id));
  for (const { id } of lost)
    problems.push(
      problem('unreachable', 'No path leads here from the trigger: draw an edge to it, or remove it.', {
        nodeId: id,
      }),
    );
  const { overlap } = cleanupOf(nodes, edges);
  for (const id of overlap)
    problems.push(
      problem(
        'cleanup_overlap',
        `Paths lead here from the trigger’s \`${cleanupHandle}\` and from its \`out\`: use two nodes.`,
        { nodeId: id },
      ),
    );
  const behind = reachable([...circular], edges);
  return { problems, misplaced: new Set([...behind, ...lost.map(({ id }) => id), ...overlap]) };
}
