import OpenAI from 'openai';
import { ModelError, fromOpenAI } from './model-error';
import type { ModelAnswer, ModelProvider, ModelRequest } from './model-provider';

export interface OpenAIProviderOptions {
  apiKey: string;
  /** Any server that speaks the OpenAI chat completions API. Default: OpenAI. */
  baseURL?: string;
  /** Longest silence before the first byte, in milliseconds. */
  timeoutMs: number;
}

/** Longest answer taken, in characters: what a message may hold, with room for a closing remark. */
const longestAnswer = 48_000;

/** OpenAI and every server that is compatible with it. Never retries by itself: Temporal does. */
export function createOpenAIProvider({ apiKey, baseURL, timeoutMs }: OpenAIProviderOptions): ModelProvider {
  const client = new OpenAI({
    apiKey,
    maxRetries: 0,
    timeout: timeoutMs,
    ...(baseURL === undefined ? {} : { baseURL }),
  });

  async function stream(
    request: ModelRequest,
    signal: AbortSignal,
    onText: (piece: string) => void,
  ): Promise<ModelAnswer> {
    const chunks = await client.chat.completions.create(
      {
        model: request.model,
        messages: request.messages,
        max_completion_tokens: request.maxOutputTokens,
        stream: true,
        stream_options: { include_usage: true },
        ...(request.output
          ? { response_format: { type: 'json_schema', json_schema: { ...request.output, strict: true } } }
          : {}),
      },
      { signal, headers: { 'x-idempotency-key': request.idempotencyKey } },
    );
    let text = '';
    let finished = false;
    const usage = { promptTokens: 0, completionTokens: 0 };
    for await (const chunk of chunks) {
      const choice = chunk.choices[0];
      const piece = choice?.delta.content;
      if (piece) {
        text += piece;
        if (text.length > longestAnswer) throw new ModelError('model_answer_too_large');
        onText(piece);
      }
      if (choice?.finish_reason) finished = true;
      if (chunk.usage) {
        usage.promptTokens = chunk.usage.prompt_tokens;
        usage.completionTokens = chunk.usage.completion_tokens;
      }
    }
    // A connection that closes early ends the loop like a whole answer; only the finish reason tells.
    if (!finished) throw new ModelError('model_cut_off');
    return { text, usage };
  }

  return {
    async answer(request, signal, onText) {
      try {
        return await stream(request, signal, onText);
      } catch (error) {
        throw fromOpenAI(error);
      }
    },
  };
}
