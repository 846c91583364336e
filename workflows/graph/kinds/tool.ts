import type { Json, JsonSchema } from '../../contracts/graph/document';
import { defaultHandle } from '../../contracts/graph/document';
import type { ExpressionType, KindProblem } from '../node-kind';
import { defineKind, mappingSchema, mappingUses, type Mapping } from './define-kind';

interface ToolData {
  tool: string;
  input?: Mapping;
}

interface ToolConfig {
  tool: string;
  input: Mapping;
}

export const tool = defineKind<ToolData, ToolConfig>({
  kind: 'tool',
  version: 1,
  summary: 'Calls a tool with an input made of expressions; its output is the node’s.',
  retries: true,
  schema: {
    type: 'object',
    properties: {
      tool: { type: 'string', minLength: 1, description: 'Name of the tool.', examples: ['calculator'] },
      input: mappingSchema('The tool’s input. Default: nothing.', { expression: '"2 * " + string(input.n)' }),
    },
    required: ['tool'],
  },
  handles: () => [defaultHandle],
  expressions: ({ tool: name, input }, { catalogue }) => {
    const properties = propertiesOf(catalogue.tools.get(name)?.inputSchema ?? {});
    const types = Object.entries(properties).map(([property, schema]) => [property, typeOf(schema)] as const);
    return mappingUses('data.input', input, Object.fromEntries(types));
  },
  output: ({ tool: name }, { catalogue }) => catalogue.tools.get(name)?.outputSchema ?? {},
  check({ data }, { catalogue }) {
    const spec = catalogue.tools.get(data.tool);
    if (!spec) {
      const known = [...catalogue.tools.keys()].join(', ');
      const message = `There is no tool "${data.tool}". The tools are: ${known}.`;
      return [{ code: 'unknown_tool', path: 'data.tool', message }];
    }
    const problems = checkInput(data.input ?? {}, spec.inputSchema);
    const { retry } = data as ToolData & { retry?: { maxAttempts?: number } };
    if (retry && retry.maxAttempts !== 1 && !spec.repeatable)
      problems.push({
        code: 'retry_not_repeatable',
        path: 'data.retry',
        message: `Calling "${data.tool}" twice may do its work twice: take the retry away.`,
      });
    return problems;
  },
  compile: ({ tool: name, input = {} }) => ({ tool: name, input }),
  uses: ({ tool: name }) => ({ tools: [name] }),
  async execute({ tool: name, input }, context) {
    const { input: values } = context.describe({ tool: name, input: context.map(input) });
    const { output } = await context.callTool(name, values);
    return { output };
  },
});

function checkInput(input: Mapping, schema: JsonSchema): KindProblem[] {
  const properties = propertiesOf(schema);
  const missing = (Array.isArray(schema.required) ? schema.required : [])
    .filter((name) => typeof name === 'string')
    .filter((name) => !Object.hasOwn(input, name))
    .map((name): KindProblem => ({
      code: 'invalid_shape',
      path: 'data.input',
      message: `The tool needs "${name}": give an expression for it.`,
    }));
  const unknown = Object.keys(input)
    .filter((name) => schema.additionalProperties === false && !Object.hasOwn(properties, name))
    .map((name): KindProblem => ({
      code: 'invalid_shape',
      path: `data.input.${name}`,
      message: `The tool takes no "${name}". It takes: ${Object.keys(properties).join(', ')}.`,
    }));
  return [...missing, ...unknown];
}

const propertiesOf = (schema: JsonSchema): Record<string, Json> => {
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null && !Array.isArray(properties)
    ? properties
    : {};
};

const expressionTypes: Record<string, ExpressionType> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  boolean: 'bool',
  array: 'list',
  object: 'map',
};

const typeOf = (schema: Json): ExpressionType | undefined => {
  const type =
    typeof schema === 'object' && schema !== null && !Array.isArray(schema) ? schema.type : undefined;
  return typeof type === 'string' ? expressionTypes[type] : undefined;
};
