import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { CompletionUsage } from 'openai/resources/completions';
import type { Rendering } from './completion-call';
import type { Answer } from './prompt';
import { sseEvent, splitForStream, type SseScript } from './sse';

export function chatCompletion(answer: Answer, { id, created, model }: Rendering): ChatCompletion {
  const toolCalls = answer.toolCalls.map((call, index) => ({
    id: callId(id, index),
    type: 'function' as const,
    function: call,
  }));
  return {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created,
    model,
    choices: [
      {
        index: 0,
        finish_reason: answer.finish,
        logprobs: null,
        message: {
          role: 'assistant',
          content: toolCalls.length > 0 ? null : answer.text,
          refusal: null,
          ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
        },
      },
    ],
    usage: usageOf(answer),
  };
}

export function chatCompletionScript(
  answer: Answer,
  { id, created, model, tokenDelayMs }: Rendering,
  includeUsage: boolean,
): SseScript {
  const chunk = (choices: ChatCompletionChunk.Choice[], usage: CompletionUsage | null): string => {
    const body: ChatCompletionChunk = {
      id: `chatcmpl-${id}`,
      object: 'chat.completion.chunk',
      created,
      model,
      choices,
      ...(includeUsage && { usage }),
    };
    return sseEvent(body);
  };
  const delta = (part: ChatCompletionChunk.Choice.Delta, finish: Answer['finish'] | null = null): string =>
    chunk([{ index: 0, delta: part, finish_reason: finish, logprobs: null }], null);

  const tokens = splitForStream(answer.text, tokenDelayMs).map((piece) => delta({ content: piece }));
  answer.toolCalls.forEach((call, index) => {
    tokens.push(
      delta({
        tool_calls: [
          { index, id: callId(id, index), type: 'function', function: { name: call.name, arguments: '' } },
        ],
      }),
    );
    for (const piece of splitForStream(call.arguments, tokenDelayMs))
      tokens.push(delta({ tool_calls: [{ index, function: { arguments: piece } }] }));
  });
  const usage = includeUsage ? chunk([], usageOf(answer)) : '';
  return {
    head: delta({ role: 'assistant', content: answer.toolCalls.length > 0 ? null : '', refusal: null }),
    tokens,
    tail: `${delta({}, answer.finish)}${usage}data: [DONE]\n\n`,
  };
}

const callId = (id: string, index: number): string => `call_${id}_${index}`;

function usageOf({ usage: { promptTokens, completionTokens } }: Answer): CompletionUsage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}
