import { createSchemaChecker } from '../../../infra/json-schema/schema-checker';
import type { Catalogue } from '../../../workflows/contracts/graph/catalogue';
import type {
  GraphDocument,
  GraphEdge,
  GraphNode,
  NodeData,
} from '../../../workflows/contracts/graph/document';
import type { GraphProblem } from '../../../workflows/contracts/graph/problems';
import { validateGraph } from '../../../workflows/graph/validate';

const object = (properties: Record<string, { type: string }>): Record<string, never> =>
  ({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  }) as unknown as Record<string, never>;

/** A workspace with some agents, tools and workflows. */
export const catalogue: Catalogue = {
  workflowId: 'own',
  agents: new Map([
    ['ann', { name: 'Ann' }],
    ['bob', { name: 'Bob' }],
  ]),
  tools: new Map(
    [true, false].map((repeatable) => {
      const name = repeatable ? 'calculator' : 'note';
      const inputSchema = object({ expression: { type: 'string' } });
      const outputSchema = object({ result: { type: 'number' } });
      return [name, { name, description: name, inputSchema, outputSchema, repeatable }];
    }),
  ),
  workflows: new Map([
    ['plain', { name: 'Plain', latest: 2, versions: versionsOf(2, 0, ['plain']) }],
    ['deep', { name: 'Deep', latest: 1, versions: versionsOf(1, 5, ['deep']) }],
    ['circular', { name: 'Circular', latest: 1, versions: versionsOf(1, 1, ['circular', 'own']) }],
    ['draft', { name: 'Draft', latest: null, versions: new Map() }],
  ]),
};

function versionsOf(
  count: number,
  depth: number,
  reaches: string[],
): Map<number, { depth: number; reaches: string[] }> {
  return new Map(Array.from({ length: count }, (_, at) => [at + 1, { depth, reaches }]));
}

const schemas = createSchemaChecker();

export const problemsOf = (document: unknown): GraphProblem[] => validateGraph(document, catalogue, schemas);

export const node = (id: string, type: string, data: NodeData = {}, parentId?: string): GraphNode => ({
  id,
  type,
  position: { x: 0, y: 0 },
  ...(parentId !== undefined && { parentId }),
  data,
});

/** Edges written like `a -> b` or `a.handle -> b`. */
export const graph = (nodes: GraphNode[], ...edges: string[]): GraphDocument => ({
  schemaVersion: 1,
  nodes,
  edges: edges.map((text): GraphEdge => {
    const [from = '', target = ''] = text.split(' -> ');
    const [source = '', sourceHandle = null] = from.split('.');
    return { id: text, source, sourceHandle, target };
  }),
});
