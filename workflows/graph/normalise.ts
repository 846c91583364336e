import { isJsonObject, type Json, type JsonObject } from '../contracts/json';

const nodeFields = ['id', 'type', 'position', 'parentId', 'data'];
const edgeFields = ['id', 'source', 'sourceHandle', 'target', 'data'];

/**
 * A draft without what a canvas keeps for itself (measured sizes, selection, dragging, styles, …). What is not a graph, or
 * only in part, stays as it is: validation says what is wrong with it.
 */
export function normaliseDraft(draft: Json): Json {
  if (!isJsonObject(draft)) return draft;
  const kept = pick(draft, ['schemaVersion', 'nodes', 'edges', 'viewport']);
  return {
    ...kept,
    ...(Array.isArray(kept.nodes) && { nodes: kept.nodes.map((node) => cleaned(node, nodeFields)) }),
    ...(Array.isArray(kept.edges) && { edges: kept.edges.map((edge) => cleaned(edge, edgeFields)) }),
    ...(isJsonObject(kept.viewport) && { viewport: pick(kept.viewport, ['x', 'y', 'zoom']) }),
  };
}

function cleaned(part: Json, fields: readonly string[]): Json {
  if (!isJsonObject(part)) return part;
  const kept = pick(part, fields);
  return isJsonObject(kept.position) ? { ...kept, position: pick(kept.position, ['x', 'y']) } : kept;
}

const pick = (object: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = Object.hasOwn(object, name) ? object[name] : undefined;
      return value === undefined ? [] : [[name, value]];
    }),
  );
