import { isDeepStrictEqual } from 'node:util';
import {
  defaultHandle,
  type GraphDocument,
  type GraphEdge,
  type GraphNode,
} from '../../../workflows/contracts/graph/document';

/** What is different from one graph to another, by meaning. Nodes are known by their ids, edges by what they connect. */
export interface GraphDiff {
  nodes: {
    added: string[];
    removed: string[];
    changed: { id: string; changes: Change[] }[];
    /** Only their place on the canvas is another. */
    moved: string[];
  };
  edges: { added: EdgeEnds[]; removed: EdgeEnds[]; changed: (EdgeEnds & { changes: Change[] })[] };
}

export interface Change {
  /** `type`, `data.cases.0.when`. */
  path: string;
  /** Absent: it was not there. */
  before?: unknown;
  /** Absent: it is there no more. */
  after?: unknown;
}

export interface EdgeEnds {
  source: string;
  sourceHandle: string;
  target: string;
}

export function diffGraphs(before: GraphDocument, after: GraphDocument): GraphDiff {
  const nodes = match(before.nodes, after.nodes, ({ id }) => id);
  const edges = match(before.edges, after.edges, (edge) => JSON.stringify(Object.values(endsOf(edge))));
  const changedNodes = nodes.both
    .map(([from, to]) => ({ id: to.id, changes: changesOf(meaningOf(from), meaningOf(to)) }))
    .filter(({ changes }) => changes.length > 0);
  const changed = new Set(changedNodes.map(({ id }) => id));
  return {
    nodes: {
      added: nodes.added.map(({ id }) => id),
      removed: nodes.removed.map(({ id }) => id),
      changed: changedNodes,
      moved: nodes.both
        .filter(([from, to]) => !changed.has(to.id) && !isDeepStrictEqual(from.position, to.position))
        .map(([, { id }]) => id),
    },
    edges: {
      added: edges.added.map(endsOf),
      removed: edges.removed.map(endsOf),
      changed: edges.both
        .map(([from, to]) => ({ ...endsOf(to), changes: changesOf({ data: from.data }, { data: to.data }) }))
        .filter(({ changes }) => changes.length > 0),
    },
  };
}

const endsOf = ({ source, sourceHandle, target }: GraphEdge): EdgeEnds => ({
  source,
  sourceHandle: sourceHandle ?? defaultHandle,
  target,
});

const meaningOf = ({ type, parentId, data }: GraphNode): object => ({ type, parentId, data });

function match<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (item: T) => string,
): { added: T[]; removed: T[]; both: [T, T][] } {
  const old = new Map(before.map((item) => [keyOf(item), item]));
  const now = new Map(after.map((item) => [keyOf(item), item]));
  return {
    added: [...now].filter(([key]) => !old.has(key)).map(([, item]) => item),
    removed: [...old].filter(([key]) => !now.has(key)).map(([, item]) => item),
    both: [...now].flatMap(([key, item]) => {
      const previous = old.get(key);
      return previous === undefined ? [] : [[previous, item] as [T, T]];
    }),
  };
}

/** The innermost places where two values differ. */
function changesOf(before: unknown, after: unknown, path: readonly string[] = []): Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [
      {
        path: path.join('.'),
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
      },
    ];
  }
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => changesOf(own(before, name), own(after, name), [...path, name]));
}

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const own = (value: Record<string, unknown>, name: string): unknown =>
  Object.hasOwn(value, name) ? value[name] : undefined;
