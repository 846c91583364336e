import {
  graphLimits,
  graphSchemaVersion,
  type JsonObject,
  type JsonSchema,
} from '../contracts/graph/document';
import { nodeKinds } from './kinds';
import { idPattern } from './node-ids';
import type { NodeKind } from './node-kind';

/** What the data of every kind may have. */
const commonProperties: JsonObject = {
  label: { type: 'string', maxLength: 200, description: 'For people. Default: the id.' },
  version: { type: 'integer', minimum: 1, default: 1, description: 'Version of the kind.' },
  outputSchema: {
    type: 'object',
    description: 'What the output must satisfy; the node fails otherwise. JSON Schema, draft 2020-12.',
  },
  timeoutSeconds: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: graphLimits.deadlineSeconds,
    description: 'Longest the node may take, over all attempts, in seconds. Default: as long as the run may.',
  },
  retry: {
    type: 'object',
    properties: {
      maxAttempts: {
        type: 'integer',
        minimum: 1,
        maximum: 10,
        default: 3,
        description: 'With the first one.',
      },
      initialSeconds: {
        type: 'number',
        minimum: 0.1,
        maximum: 3600,
        default: 1,
        description: 'Before the second attempt.',
      },
      backoff: {
        type: 'number',
        minimum: 1,
        maximum: 10,
        default: 2,
        description: 'Factor from one wait to the next.',
      },
      maxSeconds: {
        type: 'number',
        minimum: 0.1,
        maximum: 86_400,
        default: 60,
        description: 'Longest wait.',
      },
    },
    additionalProperties: false,
    description: 'How often the node’s work is attempted. Default: as the platform does for its kind.',
  },
  onError: {
    enum: ['fail', 'default', 'branch'],
    default: 'fail',
    description:
      '`fail`: the run fails. `default`: it goes on with `default` as output. `branch`: it goes on at the handle `error`, with the output `{error: {code, detail}}`.',
  },
  default: { description: 'The output after a failure, with onError `default`.' },
};

/** Schema of a node's `data`. */
export function dataSchema(kind: NodeKind): JsonSchema {
  return {
    ...kind.schema,
    properties: { ...commonProperties, ...kind.schema.properties },
    additionalProperties: false,
  };
}

const id = (description: string): JsonObject => ({ type: 'string', pattern: idPattern.source, description });
const coordinate: JsonObject = { type: 'number' };

/** JSON Schema of a GraphDocument, put together from the kinds. */
export function graphJsonSchema(): JsonSchema {
  const kinds = [...nodeKinds.values()];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Workflow graph',
    description:
      'A workflow as JSON, in the shape that React Flow uses. All meaning is in `data`; further fields of nodes and edges are dropped on save.',
    type: 'object',
    properties: {
      schemaVersion: { const: graphSchemaVersion },
      nodes: {
        type: 'array',
        maxItems: graphLimits.nodes,
        items: { anyOf: kinds.map(({ kind }) => ({ $ref: `#/$defs/${kind}` })) },
      },
      edges: { type: 'array', maxItems: graphLimits.edges, items: { $ref: '#/$defs/edge' } },
      viewport: {
        type: 'object',
        properties: { x: coordinate, y: coordinate, zoom: coordinate },
        required: ['x', 'y', 'zoom'],
      },
    },
    required: ['schemaVersion', 'nodes', 'edges'],
    $defs: {
      edge: {
        type: 'object',
        properties: {
          id: { type: 'string', minLength: 1 },
          source: { type: 'string', description: 'Id of the node it leads from.' },
          sourceHandle: { type: ['string', 'null'], description: 'Which way out of it. Default: `out`.' },
          target: { type: 'string', description: 'Id of the node it leads to.' },
          data: { type: 'object', properties: { label: { type: 'string' } } },
        },
        required: ['id', 'source', 'target'],
      },
      ...Object.fromEntries(kinds.map((kind) => [kind.kind, nodeSchema(kind)])),
    },
  };
}

const nodeSchema = (kind: NodeKind): JsonSchema => ({
  type: 'object',
  description: kind.summary,
  properties: {
    id: id('Names the node in expressions.'),
    type: { const: kind.kind },
    position: {
      type: 'object',
      properties: { x: coordinate, y: coordinate },
      required: ['x', 'y'],
    },
    parentId: id('The loop whose body it belongs to.'),
    data: dataSchema(kind),
  },
  required: ['id', 'type', 'position', 'data'],
});
