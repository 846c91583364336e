import type { NodeRunStatus } from '../../../prisma/generated/enums';
import type { CompiledGraph, CompiledNode, CompiledScope } from '../../../workflows/contracts/graph/compiled';

/** A node run of the old run, as far as a fork looks at it. */
export interface OldNodeRun {
  /** `research`, `each[3]/write`; of a call within a node: `chat#2`. */
  key: string;
  status: NodeRunStatus;
  /** Ways out that were taken. */
  handles: readonly string[];
}

/** A node of a run: the iterations that lead to it, then itself. */
type Path = Step[];

interface Step {
  node: CompiledNode;
  scope: CompiledScope;
  /** Of a loop that the path goes into. */
  iteration: number | null;
}

const segment = /^([^[\]/#]+)(?:\[(\d+)\])?$/;

/** Where a node run's key leads in the graph; null: nowhere. */
function pathTo(root: CompiledScope, key: string): Path | null {
  const path: Path = [];
  let scope: CompiledScope | null = root;
  const parts = key.split('/');
  for (const [index, part] of parts.entries()) {
    const [, id, iteration] = segment.exec(part) ?? [];
    const node: CompiledNode | undefined = scope?.nodes.find((candidate) => candidate.id === id);
    const inside = index < parts.length - 1;
    if (!scope || !node || inside !== (iteration !== undefined)) return null;
    path.push({ node, scope, iteration: iteration === undefined ? null : Number(iteration) });
    scope = inside ? node.body : null;
  }
  return path;
}

/** Whether a run can be forked there: a node of the graph, not a call within one and not of the clean-up branch. */
export const isForkPoint = (graph: CompiledGraph, key: string): boolean => pathTo(graph.root, key) !== null;

/** Whether it is the trigger: forking there replaces the payload. */
export const isTrigger = (graph: CompiledGraph, key: string): boolean =>
  pathTo(graph.root, key)?.at(-1)?.node.kind === 'trigger';

/**
 * Keys of the node runs whose outcomes a fork takes over: those that are settled, so that the old run went on from them,
 * and neither at nor downstream of a fork point. Inside a loop, other iterations are downstream only if they come later and the loop goes
 * on until a condition; the loop itself, and what follows it, always is.
 * @param points keys for which `isForkPoint` holds
 */
export function planFork(
  graph: CompiledGraph,
  nodeRuns: readonly OldNodeRun[],
  points: readonly string[],
): string[] {
  const paths = points.map((key) => pathTo(graph.root, key)).filter((path) => path !== null);
  const statuses = statusesOf(nodeRuns);
  return nodeRuns
    .filter((nodeRun) => {
      const { key } = nodeRun;
      if (!isSettled(graph, nodeRun, statuses)) return false;
      const path = pathTo(graph.root, withoutCall(key));
      return path !== null && !paths.some((point) => isStale(path, point));
    })
    .map(({ key }) => key);
}

/**
 * Where a retry forks: at every node that failed or was cancelled. Not at a loop for what failed inside, and not at
 * branches that a join, which has its quorum, had no need of.
 */
export function retryPoints(graph: CompiledGraph, nodeRuns: readonly OldNodeRun[]): string[] {
  const statuses = statusesOf(nodeRuns);
  const ended = nodeRuns
    .filter(({ key, status }) => (status === 'failed' || status === 'cancelled') && isForkPoint(graph, key))
    .filter((nodeRun) => !isSettled(graph, nodeRun, statuses))
    .map(({ key }) => key);
  return ended.filter((key) => !ended.some((other) => other.startsWith(`${key}[`)));
}

type Statuses = ReadonlyMap<string, NodeRunStatus>;

const statusesOf = (nodeRuns: readonly OldNodeRun[]): Statuses =>
  new Map(nodeRuns.map(({ key, status }) => [key, status]));

/** Whether the old run went on from there: not so when the node was at work, or its failure was that of the run. */
function isSettled(graph: CompiledGraph, { key, status, handles }: OldNodeRun, statuses: Statuses): boolean {
  switch (status) {
    case 'completed':
    case 'skipped':
      return true;
    case 'failed':
      return handles.length > 0 || isCaught(graph, key, statuses);
    case 'cancelled':
      return isLoser(graph, key, statuses);
    case 'running':
    case 'waiting':
      return false;
  }
}

const withoutCall = (key: string): string => key.replace(/#[^/]*$/, '');

function isStale([step, ...deeper]: Path, [point, ...deeperPoint]: Path): boolean {
  if (!step || !point) return false;
  if (step.node !== point.node) return downstreamOf(point.scope, point.node.id).has(step.node.id);
  if (deeper.length === 0 || deeperPoint.length === 0) return true;
  const [own, other] = [step.iteration ?? 0, point.iteration ?? 0];
  if (own === other) return isStale(deeper, deeperPoint);
  return own > other && goesOnUntil(step.node);
}

const goesOnUntil = ({ config }: CompiledNode): boolean =>
  typeof config.until === 'string' && config.until !== '';

/** Ids of the nodes that a path leads to from this one. Nodes are sorted so that edges lead forward. */
function downstreamOf({ nodes }: CompiledScope, id: string): ReadonlySet<string> {
  const reached = new Set<string>();
  for (const node of nodes)
    if (node.in.some(({ from }) => from === id || reached.has(from))) reached.add(node.id);
  return reached;
}

/** A branch that a join, which has its quorum, had no need of. */
function isLoser(graph: CompiledGraph, key: string, statuses: Statuses): boolean {
  const found = surroundings(graph, key);
  return (found?.scope.nodes ?? []).some(
    ({ id, rule }) =>
      rule.type === 'quorum' &&
      rule.losers.includes(found?.id ?? '') &&
      statuses.get(`${found?.prefix ?? ''}${id}`) === 'completed',
  );
}

/** A failure without a way out, after which only joins come that could do without it. */
function isCaught(graph: CompiledGraph, key: string, statuses: Statuses): boolean {
  const found = surroundings(graph, key);
  const next = (found?.scope.nodes ?? []).filter((node) => node.in.some(({ from }) => from === found?.id));
  return (
    next.length > 0 &&
    next.every(
      ({ id, rule }) => rule.type === 'quorum' && statuses.get(`${found?.prefix ?? ''}${id}`) === 'completed',
    )
  );
}

function surroundings(
  graph: CompiledGraph,
  key: string,
): { id: string; prefix: string; scope: CompiledScope } | null {
  const last = pathTo(graph.root, key)?.at(-1);
  if (!last) return null;
  const { id } = last.node;
  return { id, scope: last.scope, prefix: key.slice(0, key.length - id.length) };
}
