import { z } from 'zod';
import type { CompletionCall } from './completion-call';
import { content, jsonSchema, knownToolChoice, textOf } from './message-content';
import type { PromptTurn } from './prompt';
import { modelResponse, modelResponseScript } from './responses-answer';

const inputMessage = z.object({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content,
});
const inputItem = z.union([
  inputMessage,
  z.object({
    type: z.literal('function_call'),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.object({ type: z.literal('function_call_output'), call_id: z.string(), output: content }),
  z.object({ type: z.literal('reasoning') }),
]);

export const responsesRequest = z.object({
  model: z.string().min(1),
  input: z.union([z.string().min(1), z.array(inputItem).min(1)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  previous_response_id: z
    .null('this server keeps no responses: send the whole conversation as input')
    .optional(),
  tools: z
    .array(
      z.object({
        type: z.literal('function'),
        name: z.string().min(1),
        parameters: jsonSchema.nullish(),
      }),
    )
    .optional(),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.object({ type: z.literal('function'), name: z.string() }),
    ])
    .optional(),
  text: z
    .looseObject({
      format: z
        .discriminatedUnion('type', [
          z.object({ type: z.enum(['text', 'json_object']) }),
          z.object({ type: z.literal('json_schema'), name: z.string().min(1), schema: jsonSchema }),
        ])
        .optional(),
    })
    .optional(),
});

type Body = z.output<typeof responsesRequest>;
type InputItem = z.output<typeof inputItem>;

export function readResponsesCall(body: Body): CompletionCall {
  const items: InputItem[] =
    typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : body.input;
  const tools = (body.tools ?? []).map((tool) => ({ name: tool.name, parameters: tool.parameters ?? {} }));
  const choice = body.tool_choice ?? 'auto';
  const format = body.text?.format ?? { type: 'text' as const };
  const instructions = items.flatMap((item) =>
    'role' in item && isInstruction(item.role) ? [textOf(item.content)] : [],
  );
  return {
    prompt: {
      model: body.model,
      system: [body.instructions ?? '', ...instructions].filter((text) => text !== '').join('\n'),
      turns: readTurns(items),
      tools,
      toolChoice: knownToolChoice(choice, tools),
      parallelTools: body.parallel_tool_calls ?? true,
      format:
        format.type === 'json_schema'
          ? { type: 'json_schema', name: format.name, schema: format.schema }
          : { type: format.type },
      maxTokens: body.max_output_tokens ?? undefined,
    },
    stream: body.stream ?? false,
    toJson: (answer, rendering) => modelResponse(body, answer, rendering),
    toScript: (answer, rendering) => modelResponseScript(body, answer, rendering),
  };
}

const isInstruction = (role: string): boolean => role === 'system' || role === 'developer';

function readTurns(items: readonly InputItem[]): PromptTurn[] {
  const toolNames = new Map<string, string>();
  const turns: PromptTurn[] = [];
  for (const item of items) {
    if (item.type === 'function_call') toolNames.set(item.call_id, item.name);
    else if (item.type === 'function_call_output') {
      turns.push({ role: 'tool', text: textOf(item.output), toolName: toolNames.get(item.call_id) });
    } else if (item.type !== 'reasoning' && (item.role === 'user' || item.role === 'assistant')) {
      turns.push({ role: item.role, text: textOf(item.content) });
    }
  }
  return turns;
}
