import { z } from 'zod';
import { chatCompletion, chatCompletionScript } from './chat-answer';
import type { CompletionCall } from './completion-call';
import { content, jsonSchema, knownToolChoice, textOf } from './message-content';
import type { PromptTurn } from './prompt';
const toolCall = z.object({
  id: z.string(),
  function: z.object({ name: z.string(), arguments: z.string() }).optional(),
});

const message = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer', 'user']), content }),
  z.object({
    role: z.literal('assistant'),
    content: content.nullish(),
    tool_calls: z.array(toolCall).optional(),
  }),
  z.object({ role: z.literal('tool'), content, tool_call_id: z.string() }),
]);

export const chatRequest = z.object({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  n: z.literal(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  tools: z
    .array(
      z.object({
        type: z.literal('function'),
        function: z.object({ name: z.string().min(1), parameters: jsonSchema.optional() }),
      }),
    )
    .optional(),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) }),
    ])
    .optional(),
  response_format: z
    .discriminatedUnion('type', [
      z.object({ type: z.enum(['text', 'json_object']) }),
      z.object({
        type: z.literal('json_schema'),
        json_schema: z.object({ name: z.string().min(1), schema: jsonSchema }),
      }),
    ])
    .optional(),
});

export function readChatCall(body: z.output<typeof chatRequest>): CompletionCall {
  const tools = (body.tools ?? []).map((tool) => ({
    name: tool.function.name,
    parameters: tool.function.parameters ?? {},
  }));
  const choice = body.tool_choice ?? 'auto';
  const format = body.response_format ?? { type: 'text' as const };
  return {
    prompt: {
      model: body.model,
      system: readInstructions(body.messages),
      turns: readTurns(body.messages),
      tools,
      toolChoice: knownToolChoice(typeof choice === 'string' ? choice : choice.function, tools),
      parallelTools: body.parallel_tool_calls ?? true,
      format:
        format.type === 'json_schema'
          ? { type: 'json_schema', name: format.json_schema.name, schema: format.json_schema.schema }
          : { type: format.type },
      maxTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    },
    stream: body.stream ?? false,
    toJson: chatCompletion,
    toScript: (answer, rendering) =>
      chatCompletionScript(answer, rendering, body.stream_options?.include_usage ?? false),
  };
}

type Message = z.output<typeof message>;

function readInstructions(messages: readonly Message[]): string {
  const isInstruction = (role: string): boolean => role === 'system' || role === 'developer';
  return messages
    .filter((item) => isInstruction(item.role))
    .map((item) => textOf(item.content ?? ''))
    .join('\n');
}

function readTurns(messages: readonly Message[]): PromptTurn[] {
  const toolNames = new Map<string, string>();
  const turns: PromptTurn[] = [];
  for (const item of messages) {
    if (item.role === 'assistant')
      for (const call of item.tool_calls ?? []) toolNames.set(call.id, call.function?.name ?? '');
    if (item.role === 'tool')
      turns.push({ role: 'tool', text: textOf(item.content), toolName: toolNames.get(item.tool_call_id) });
    else if (item.role === 'user' || item.role === 'assistant')
      turns.push({ role: item.role, text: textOf(item.content ?? '') });
  }
  return turns;
}
