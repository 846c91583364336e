import {
  graphLimits,
  graphSchemaVersion,
  type GraphEdge,
  type GraphNode,
  type Json,
} from '../../contracts/graph/document';
import type { GraphProblem } from '../../contracts/graph/problems';
import { isJsonObject, isTooDeep } from '../../contracts/json';
import { idPattern, isReservedId } from '../node-ids';
import { problem, type Place } from './problem';

/** The nodes and edges of a document that can be worked with: each has its shape, and an id of its own. */
export interface ReadDocument {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** Ids of all nodes, also of those that are not in `nodes`. */
  nodeIds: ReadonlySet<string>;
  problems: GraphProblem[];
}

/** Far more than a graph needs; data nested deeper is refused before anything looks into it. */
const maxDepth = 64;

export function readDocument(document: unknown): ReadDocument {
  const problems: GraphProblem[] = [];
  const nothing = { nodes: [], edges: [], nodeIds: new Set<string>(), problems };
  const wrong = (path: string, message: string, place: Place = {}): [] => {
    problems.push(problem('invalid_shape', message, { ...place, ...(path !== '' && { path }) }));
    return [];
  };
  if (!isJsonObject(document)) {
    wrong('', 'A graph is an object with `schemaVersion`, `nodes` and `edges`.');
    return nothing;
  }
  if (isTooDeep(document, maxDepth)) {
    wrong('', `The graph is nested deeper than ${maxDepth} levels.`);
    return nothing;
  }
  const bytes = new TextEncoder().encode(JSON.stringify(document)).length;
  if (bytes > graphLimits.bytes) {
    const message = `The graph has ${bytes} bytes as JSON; at most ${graphLimits.bytes} are allowed. Move parts of it into sub-workflows.`;
    problems.push(problem('too_large', message));
    return nothing;
  }
  if (document.schemaVersion !== graphSchemaVersion)
    wrong('schemaVersion', `Set schemaVersion to ${graphSchemaVersion}.`);
  const list = (name: 'nodes' | 'edges'): Json[] => {
    const value = document[name];
    if (Array.isArray(value)) return value;
    wrong(name, `\`${name}\` must be a list.`);
    return [];
  };
  const nodeList = list('nodes');
  const edgeList = list('edges');
  if (Array.isArray(document.nodes) && nodeList.length === 0)
    problems.push(problem('empty_graph', 'The graph has no nodes: begin with a trigger.'));
  for (const [name, { length }] of [
    ['nodes', nodeList],
    ['edges', edgeList],
  ] as const)
    if (length > graphLimits[name])
      problems.push(
        problem(
          'too_many_nodes',
          `The graph has ${length} ${name}; at most ${graphLimits[name]} are allowed. Move parts of it into sub-workflows.`,
          { path: name },
        ),
      );

  const nodeIds = new Set<string>();
  const nodes = nodeList.flatMap((value, at) => readNode(value, `nodes.${at}`));
  const edgeIds = new Set<string>();
  const edges = edgeList.flatMap((value, at) => readEdge(value, `edges.${at}`));
  return { nodes, edges, nodeIds, problems };

  function readNode(value: Json, path: string): GraphNode[] {
    if (!isJsonObject(value)) return wrong(path, 'A node is an object.');
    const { id } = value;
    if (typeof id !== 'string' || !idPattern.test(id))
      return wrong(`${path}.id`, 'A node’s id has 1 to 64 letters, digits, `_` or `-`.');
    if (nodeIds.has(id)) {
      problems.push(
        problem('duplicate_id', `Another node has the id "${id}" as well.`, { nodeId: id, path }),
      );
      return [];
    }
    nodeIds.add(id);
    if (isReservedId(id))
      problems.push(
        problem('reserved_id', `"${id}" means something else in expressions: take another id.`, {
          nodeId: id,
        }),
      );
    const place = { nodeId: id };
    const { type, position, parentId, data } = value;
    if (!isJsonObject(position) || typeof position.x !== 'number' || typeof position.y !== 'number')
      wrong('position', 'A node’s position is {x, y}, in numbers.', place);
    if (parentId !== undefined && typeof parentId !== 'string')
      return wrong(
        'parentId',
        'parentId is the id of a loop; leave it out for nodes outside of loops.',
        place,
      );
    if (typeof type !== 'string') return wrong('type', 'A node’s type names its kind.', place);
    if (!isJsonObject(data)) return wrong('data', 'A node’s data is an object.', place);
    const parent = parentId === undefined ? {} : { parentId };
    return [{ id, type, position: { x: 0, y: 0 }, ...parent, data }];
  }

  function readEdge(value: Json, path: string): GraphEdge[] {
    if (!isJsonObject(value)) return wrong(path, 'An edge is an object.');
    const { id, source, target, sourceHandle = null } = value;
    if (typeof id !== 'string' || id === '' || id.length > 200)
      return wrong(`${path}.id`, 'An edge’s id has 1 to 200 characters.');
    if (edgeIds.has(id)) {
      problems.push(
        problem('duplicate_id', `Another edge has the id "${id}" as well.`, { edgeId: id, path }),
      );
      return [];
    }
    edgeIds.add(id);
    const place = { edgeId: id };
    if (typeof source !== 'string') return wrong('source', 'source is the id of a node.', place);
    if (typeof target !== 'string') return wrong('target', 'target is the id of a node.', place);
    if (sourceHandle !== null && typeof sourceHandle !== 'string')
      return wrong('sourceHandle', 'sourceHandle names a way out of the source.', place);
    return [{ id, source, target, sourceHandle }];
  }
}
