import { defaultHandle } from '../../contracts/graph/document';
import { defineKind, mappingSchema, mappingUses, record, type Mapping } from './define-kind';

interface TransformData {
  output: Mapping;
}

export const transform = defineKind<TransformData, TransformData>({
  kind: 'transform',
  version: 1,
  summary: 'Makes new values of those that are there.',
  schema: {
    type: 'object',
    properties: {
      output: mappingSchema('The node’s output.', { total: 'input.price * input.count' }),
    },
    required: ['output'],
  },
  handles: () => [defaultHandle],
  expressions: ({ output }) => mappingUses('data.output', output),
  output: ({ output }) => record(Object.fromEntries(Object.keys(output).map((name) => [name, {}]))),
  compile: ({ output }) => ({ output }),
  execute: ({ output }, context) => Promise.resolve({ output: context.map(output) }),
});
