import { cleanupHandle, defaultHandle, graphLimits, type JsonSchema } from '../../contracts/graph/document';
import {
  defineKind,
  jsonSchemaSchema,
  mappingSchema,
  mappingUses,
  record,
  seconds,
  type Mapping,
} from './define-kind';

export interface TriggerData {
  inputSchema?: JsonSchema;
  deadlineSeconds?: number;
  concurrency?: number;
  output?: Mapping;
}

/** What a trigger says about the whole run. */
export const runSettings = (
  data: TriggerData,
): Required<Pick<TriggerData, 'deadlineSeconds' | 'concurrency'>> & {
  inputSchema: JsonSchema | null;
  output: Mapping | null;
} => ({
  deadlineSeconds: data.deadlineSeconds ?? 7 * 86_400,
  concurrency: data.concurrency ?? 50,
  inputSchema: data.inputSchema ?? null,
  output: data.output ?? null,
});

export const trigger = defineKind<TriggerData, object>({
  kind: 'trigger',
  version: 1,
  summary: 'Where a run begins, and what holds for all of it: its input, deadline, concurrency and output.',
  schema: {
    type: 'object',
    properties: {
      inputSchema: jsonSchemaSchema('What the payload of a run must satisfy. Default: anything.'),
      deadlineSeconds: {
        ...seconds(
          'Longest a run may take, waiting included. Default 7 days, at most 90.',
          graphLimits.deadlineSeconds,
          3600,
        ),
      },
      concurrency: {
        type: 'integer',
        minimum: 1,
        maximum: 200,
        default: 50,
        description: 'Most nodes at work at once.',
      },
      output: mappingSchema(
        'The output of the run. Default: the outputs of the nodes at the ends, by node id.',
        { answer: 'nodes.write.text' },
      ),
    },
  },
  handles: () => [defaultHandle, cleanupHandle],
  expressions: ({ output }) => mappingUses('data.output', output).map((use) => ({ ...use, atEnd: true })),
  output: ({ inputSchema }) => record({ payload: inputSchema ?? {} }),
  check({ data: { inputSchema } }, { schemas }) {
    const wrong = inputSchema && schemas.checkSchema(inputSchema);
    return wrong ? [{ code: 'invalid_schema', path: 'data.inputSchema', message: wrong }] : [];
  },
  compile: () => ({}),
  execute: (_, context) => Promise.resolve({ output: { payload: context.evaluate('input') } }),
});
