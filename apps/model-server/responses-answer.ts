import type {
  Response as ModelResponse,
  ResponseOutputItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses';
import type { Rendering } from './completion-call';
import type { Answer } from './prompt';
import { splitForStream, type SseScript } from './sse';

/** What a response repeats of its request. */
interface RequestEcho {
  instructions?: string | null | undefined;
  max_output_tokens?: number | null | undefined;
  parallel_tool_calls?: boolean | null | undefined;
}

type Status = 'in_progress' | 'completed' | 'incomplete';

/** An event before it has its place in the stream. */
type Unnumbered<Event> = Event extends ResponseStreamEvent ? Omit<Event, 'sequence_number'> : never;

export function modelResponse(request: RequestEcho, answer: Answer, rendering: Rendering): ModelResponse {
  const status = answer.finish === 'length' ? 'incomplete' : 'completed';
  return {
    ...responseFrame(request, rendering, status),
    output_text: answer.text,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    output: outputItems(answer, rendering.id, status),
    usage: usageOf(answer),
  };
}

/** The events of a stream in the order the API documents, numbered from 0. */
export function modelResponseScript(request: RequestEcho, answer: Answer, rendering: Rendering): SseScript {
  let sequence = 0;
  const event = (data: Unnumbered<ResponseStreamEvent>): string => {
    const numbered = { ...data, sequence_number: sequence };
    sequence += 1;
    return `event: ${data.type}\ndata: ${JSON.stringify(numbered)}\n\n`;
  };

  const open = responseFrame(request, rendering, 'in_progress');
  const head =
    event({ type: 'response.created', response: open }) +
    event({ type: 'response.in_progress', response: open });
  const whole = modelResponse(request, answer, rendering);
  const tokens = whole.output.flatMap((item, index) =>
    itemEvents(item, index, rendering.tokenDelayMs).map(event),
  );
  const tail = event({
    type: whole.status === 'incomplete' ? 'response.incomplete' : 'response.completed',
    response: whole,
  });
  return { head, tokens, tail };
}

function responseFrame(
  request: RequestEcho,
  { id, created, model }: Rendering,
  status: Status,
): ModelResponse {
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: created,
    status,
    model,
    output: [],
    output_text: '',
    error: null,
    incomplete_details: null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    metadata: {},
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: null,
    temperature: null,
    top_p: null,
    tool_choice: 'auto',
    tools: [],
  };
}

function outputItems(answer: Answer, id: string, status: Status): ResponseOutputItem[] {
  if (answer.toolCalls.length > 0) {
    return answer.toolCalls.map((call, index) => ({
      type: 'function_call',
      id: `fc_${id}_${index}`,
      call_id: `call_${id}_${index}`,
      name: call.name,
      arguments: call.arguments,
      status: 'completed',
    }));
  }
  const part = { type: 'output_text' as const, text: answer.text, annotations: [] };
  return [{ type: 'message', id: `msg_${id}`, role: 'assistant', status, content: [part] }];
}

function itemEvents(
  item: ResponseOutputItem,
  index: number,
  tokenDelayMs: number,
): Unnumbered<ResponseStreamEvent>[] {
  if (item.type === 'function_call') {
    const { id: item_id = '', name } = item;
    return [
      {
        type: 'response.output_item.added',
        output_index: index,
        item: { ...item, arguments: '', status: 'in_progress' },
      },
      ...splitForStream(item.arguments, tokenDelayMs).map((delta) => ({
        type: 'response.function_call_arguments.delta' as const,
        item_id,
        output_index: index,
        delta,
      })),
      {
        type: 'response.function_call_arguments.done',
        item_id,
        name,
        output_index: index,
        arguments: item.arguments,
      },
      { type: 'response.output_item.done', output_index: index, item },
    ];
  }
  if (item.type !== 'message') return [];
  const [part] = item.content;
  if (part?.type !== 'output_text') return [];
  const place = { item_id: item.id, output_index: index, content_index: 0 };
  return [
    {
      type: 'response.output_item.added',
      output_index: index,
      item: { ...item, status: 'in_progress', content: [] },
    },
    { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
    ...splitForStream(part.text, tokenDelayMs).map((delta) => ({
      type: 'response.output_text.delta' as const,
      ...place,
      delta,
      logprobs: [],
    })),
    { type: 'response.output_text.done', ...place, text: part.text, logprobs: [] },
    { type: 'response.content_part.done', ...place, part },
    { type: 'response.output_item.done', output_index: index, item },
  ];
}

function usageOf({ usage: { promptTokens, completionTokens } }: Answer): NonNullable<ModelResponse['usage']> {
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: completionTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: promptTokens + completionTokens,
  };
}
