import type { Catalogue, SchemaChecker } from '../../contracts/graph/catalogue';
import type { GraphNode } from '../../contracts/graph/document';
import type { GraphProblem } from '../../contracts/graph/problems';
import type { NodeKind } from '../node-kind';
import { endsOf, handleOf, scopesOf } from '../structure';
import { checkExpressions } from './check-expressions';
import { checkNode, kindOf, waysOut } from './check-node';
import { checkStructure } from './check-structure';
import { readDocument } from './read-document';

/**
 * Everything that is wrong with a graph, at once. Takes any JSON value and never throws; a graph without errors (warnings
 * do not count) can be compiled and run.
 */
export function validateGraph(
  document: unknown,
  catalogue: Catalogue,
  schemas: SchemaChecker,
): GraphProblem[] {
  const read = readDocument(document);
  const kinds = new Map<string, NodeKind>();
  const shapes = read.nodes.flatMap((node) => {
    const found = kindOf(node, schemas);
    if ('problems' in found) return found.problems;
    kinds.set(node.id, found.kind);
    return [];
  });
  const handlesOf = (node: GraphNode): string[] | undefined => {
    const kind = kinds.get(node.id);
    return kind && waysOut(kind, node);
  };
  const structure = checkStructure(read, handlesOf);
  const scopes = scopesOf(structure.nodes, structure.edges);
  const bodies = new Map(scopes.map((scope) => [scope.loop, scope]));

  const outgoing = new Map<string, Map<string, number>>();
  const incoming = new Map<string, number>();
  for (const edge of read.edges) {
    const ways = outgoing.get(edge.source) ?? new Map<string, number>();
    ways.set(handleOf(edge), (ways.get(handleOf(edge)) ?? 0) + 1);
    outgoing.set(edge.source, ways);
    incoming.set(edge.target, (incoming.get(edge.target) ?? 0) + 1);
  }
  const own = read.nodes.flatMap((node) => {
    const kind = kinds.get(node.id);
    if (!kind) return [];
    const body = bodies.get(node.id);
    return checkNode(kind, node, {
      catalogue,
      schemas,
      outgoing: outgoing.get(node.id) ?? new Map(),
      incoming: incoming.get(node.id) ?? 0,
      children: body?.nodes.size ?? 0,
      bodyEnds: body ? endsOf(body) : [],
    });
  });
  return [
    ...read.problems,
    ...shapes,
    ...structure.problems,
    ...own,
    ...checkExpressions(
      { scopes, edges: structure.edges, kinds, misplaced: structure.misplaced },
      catalogue,
      schemas,
    ),
  ];
}
