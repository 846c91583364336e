import { z } from 'zod';
import { builtInToolSpecs } from '../../../../activities/tools';
import { graphJsonSchema } from '../../../../workflows/graph/json-schema';
import { nodeKinds } from '../../../../workflows/graph/kinds';
import { defineRoute } from '../../http/route';

const tags = ['workflows'] as const;
const jsonSchema = z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema, draft 2020-12.' });

/** It changes with the product only. */
const cached = { 'Cache-Control': 'public, max-age=3600' };

export const getGraphSchema = defineRoute(
  {
    method: 'GET',
    path: '/schemas/graph.json',
    outside: true,
    summary: 'JSON Schema of a graph',
    description: 'For editors and generators. What it cannot express, validation names.',
    tags,
    auth: 'none',
    responses: {
      200: {
        description: 'A JSON Schema.',
        schema: jsonSchema,
        example: { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' },
      },
    },
    errors: [],
  },
  () => Promise.resolve({ status: 200, headers: cached, body: graphJsonSchema() }),
);

const kind = z
  .object({
    kind: z.string(),
    version: z.int(),
    summary: z.string(),
    schema: jsonSchema,
  })
  .meta({ id: 'NodeKind' });

const tool = z
  .object({
    name: z.string(),
    description: z.string(),
    inputSchema: jsonSchema,
    outputSchema: jsonSchema,
    repeatable: z.boolean().meta({ description: 'It may be retried.' }),
  })
  .meta({ id: 'GraphTool' });

export const getKinds = defineRoute(
  {
    method: 'GET',
    path: '/workflows/kinds',
    summary: 'What graphs are made of',
    description: 'Every kind of node with the schema of its data, and every tool that tool nodes can call.',
    tags,
    auth: 'user',
    responses: {
      200: {
        description: 'Kinds and tools.',
        schema: z.object({ kinds: z.array(kind), tools: z.array(tool) }),
        example: {
          kinds: [
            { kind: 'delay', version: 1, summary: 'Waits.', schema: { type: 'object', properties: {} } },
          ],
          tools: [
            {
              name: 'calculator',
              description: 'Works out an arithmetic expression.',
              inputSchema: { type: 'object' },
              outputSchema: { type: 'object' },
              repeatable: true,
            },
          ],
        },
      },
    },
    errors: [],
  },
  () => {
    const kinds = [...nodeKinds.values()].map((each) => ({
      kind: each.kind,
      version: each.version,
      summary: each.summary,
      schema: each.schema,
    }));
    return Promise.resolve({
      status: 200 as const,
      headers: cached,
      body: { kinds, tools: [...builtInToolSpecs] },
    });
  },
);
