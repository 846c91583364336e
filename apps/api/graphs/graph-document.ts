import { z } from 'zod';
import { graphLimits, type GraphDocument } from '../../../workflows/contracts/graph/document';
import type { Json } from '../../../workflows/contracts/json';
import { normaliseDraft } from '../../../workflows/graph/normalise';
import { ids } from '../routes/examples';

/**
 * A graph as a client sends it to be saved. It may be of any quality: only that it is a document is asked for here,
 * everything else is a problem that validation names.
 */
export const graphDocument = z
  .strictObject({
    schemaVersion: z.unknown().optional().meta({ description: 'Version of the format: 1.' }),
    nodes: z.array(z.unknown()),
    edges: z.array(z.unknown()),
    viewport: z.unknown().optional(),
  })
  .refine(
    (document) => Buffer.byteLength(JSON.stringify(document)) <= graphLimits.bytes,
    `must have at most ${String(graphLimits.bytes)} bytes as JSON`,
  )
  .meta({
    description:
      'A GraphDocument. Its JSON Schema is at /schemas/graph.json; a draft is saved whatever its problems.',
  });

/** The same as it is answered. */
export const graphAnswer = z
  .record(z.string(), z.unknown())
  .meta({ description: 'A GraphDocument: its JSON Schema is at /schemas/graph.json.' });

export const emptyGraph: GraphDocument = { schemaVersion: 1, nodes: [], edges: [] };

/** What is stored of a graph: without what a canvas keeps for itself. */
export const toStore = (document: unknown): object => normaliseDraft(document as Json) as object;

export const graphExample = {
  schemaVersion: 1,
  nodes: [
    { id: 'start', type: 'trigger', position: { x: 0, y: 0 }, data: {} },
    {
      id: 'answer',
      type: 'agent',
      position: { x: 240, y: 0 },
      data: { agentId: ids.teacher, prompt: 'Explain {{ input.topic }} in two sentences.' },
    },
  ],
  edges: [{ id: 'e1', source: 'start', target: 'answer' }],
};
