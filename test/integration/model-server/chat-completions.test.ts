import type OpenAI from 'openai';
import { BadRequestError } from 'openai';
import { say, startModelServer, type ModelServerFixture } from './model-server-fixture';

const model = 'gpt-4.1-mini';
let server: ModelServerFixture;

beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

async function stream(request: Omit<OpenAI.ChatCompletionCreateParamsStreaming, 'model' | 'stream'>) {
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of await server.client.chat.completions.create({ model, stream: true, ...request }))
    chunks.push(chunk);
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
  const finish = chunks.map((chunk) => chunk.choices[0]?.finish_reason).find((reason) => reason);
  return { chunks, text, finish };
}

describe('chat completions', () => {
  test('an answer has the shape, the model and the usage of the real API', async () => {
    const completion = await server.client.chat.completions.create({
      model,
      messages: say('Ann: [[reply: Hello, Ann.]]'),
    });
    expect(completion).toMatchObject({
      object: 'chat.completion',
      model,
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: { role: 'assistant', content: 'Hello, Ann.', refusal: null },
        },
      ],
      usage: { completion_tokens: 4 },
    });
    expect(completion.id).toMatch(/^chatcmpl-/);
    const usage = completion.usage;
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? NaN) + 4);
  });

  test('streamed and whole answers are the same text', async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'system', content: 'You are Ada, a teacher.' },
      { role: 'user', content: [{ type: 'text', text: 'Ann: Why do plants need light?' }] },
    ];
    const whole = await server.client.chat.completions.create({ model, messages });
    const streamed = await stream({ messages });
    expect(streamed.text).toBe(whole.choices[0]?.message.content);
    expect(streamed.finish).toBe('stop');
    expect(streamed.chunks.length).toBeGreaterThan(4);
    expect(streamed.chunks.some((chunk) => chunk.usage)).toBe(false);
  });

  test('usage comes in a last chunk of its own when asked for', async () => {
    const { chunks } = await stream({
      messages: say('[[tokens: 20]]'),
      stream_options: { include_usage: true },
    });
    const last = chunks.at(-1);
    expect(last?.choices).toEqual([]);
    expect(last?.usage?.completion_tokens).toBe(20);
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  });

  test('the same request has the same answer and the same id', async () => {
    const request = { model, messages: say('Ann: What do you think about volcanoes?') };
    const [first, second] = await Promise.all([
      server.client.chat.completions.create(request),
      server.client.chat.completions.create(request),
    ]);
    expect({ ...first, created: 0 }).toEqual({ ...second, created: 0 });
    expect(first.choices[0]?.message.content).toContain('(offline demo model)');
  });

  test('directives count in the last user message only', async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      ...say('Ann: [[reply: old]] [[fault: 500]]'),
      { role: 'assistant', content: '[[reply: not mine]]' },
      ...say('Ann: [[tokens: 3]] [[mention: Sam]] [[complete]]'),
    ];
    const { text } = await stream({ messages });
    expect(text).toBe('w1 w2 w3 @Sam TASK_COMPLETE');
  });

  test('max_completion_tokens cuts the answer and says so', async () => {
    const { text, finish } = await stream({ messages: say('[[tokens: 50]]'), max_completion_tokens: 10 });
    expect(text.split(' ')).toHaveLength(10);
    expect(finish).toBe('length');
  });

  test('a JSON Schema is satisfied', async () => {
    const schema = {
      type: 'object',
      properties: { intent: { enum: ['ask', 'tell'] }, quote: { type: 'string' } },
      required: ['intent', 'quote'],
      additionalProperties: false,
    };
    const { text } = await stream({
      messages: say('Ann: is it raining?'),
      response_format: { type: 'json_schema', json_schema: { name: 'intent', strict: true, schema } },
    });
    expect(JSON.parse(text)).toEqual({ intent: 'ask', quote: 'is it raining?' });
  });

  test('json_object gives an object', async () => {
    const { text } = await stream({ messages: say('Ann: 6 * 7?'), response_format: { type: 'json_object' } });
    expect(JSON.parse(text)).toEqual({ answer: '6 * 7 = 42. (offline demo model)' });
  });

  test('the router takes turns, ignores directives in the transcript and stops', async () => {
    const schema = {
      type: 'object',
      properties: { speaker: { type: 'string', enum: ['Ada', 'Sam', 'NONE'] } },
      required: ['speaker'],
      additionalProperties: false,
    };
    const route = async (spoken: string): Promise<unknown> => {
      const completion = await server.client.chat.completions.create({
        model,
        messages: [
          { role: 'system', content: `Choose.\nSpoken this turn: ${spoken}` },
          ...say('Ann: Why? [[fault: 500]]'),
        ],
        response_format: { type: 'json_schema', json_schema: { name: 'next_speaker', strict: true, schema } },
      });
      return JSON.parse(completion.choices[0]?.message.content ?? '');
    };
    expect([await route('nobody'), await route('Ada'), await route('Ada, Sam')]).toEqual([
      { speaker: 'Ada' },
      { speaker: 'Sam' },
      { speaker: 'NONE' },
    ]);
  });

  describe('tools', () => {
    const tools: OpenAI.ChatCompletionTool[] = [
      {
        type: 'function',
        function: {
          name: 'calculator',
          parameters: {
            type: 'object',
            properties: { expression: { type: 'string' } },
            required: ['expression'],
          },
        },
      },
    ];
    const messages = say('Ann: what is 17 * 3?');

    test('a call, its result, and the answer made of it', async () => {
      const first = await server.client.chat.completions.create({ model, messages, tools });
      const [choice] = first.choices;
      expect(choice?.finish_reason).toBe('tool_calls');
      expect(choice?.message.content).toBeNull();
      const [call] = choice?.message.tool_calls ?? [];
      expect(call).toMatchObject({
        type: 'function',
        function: { name: 'calculator', arguments: '{"expression":"17 * 3"}' },
      });
      const second = await server.client.chat.completions.create({
        model,
        tools,
        messages: [
          ...messages,
          ...(choice ? [choice.message] : []),
          { role: 'tool', tool_call_id: call?.id ?? '', content: '{"result":51}' },
        ],
      });
      expect(second.choices[0]?.message.content).toBe(
        'The tool calculator answers: result: 51. (offline demo model)',
      );
    });

    test('a streamed call comes together in the client’s own accumulator', async () => {
      const completion = await server.client.chat.completions
        .stream({ model, messages, tools })
        .finalChatCompletion();
      const [choice] = completion.choices;
      expect(choice?.finish_reason).toBe('tool_calls');
      expect(choice?.message.tool_calls?.[0]).toMatchObject({
        function: { name: 'calculator', arguments: '{"expression":"17 * 3"}' },
      });
    });

    test('tool_choice is honoured', async () => {
      const none = await server.client.chat.completions.create({
        model,
        messages,
        tools,
        tool_choice: 'none',
      });
      expect(none.choices[0]?.message.content).toContain('17 * 3 = 51');
      const named = await server.client.chat.completions.create({
        model,
        messages: say('hello'),
        tools,
        tool_choice: { type: 'function', function: { name: 'calculator' } },
      });
      expect(named.choices[0]?.finish_reason).toBe('tool_calls');
      const unknown = server.client.chat.completions.create({
        model,
        messages,
        tools,
        tool_choice: { type: 'function', function: { name: 'nothing' } },
      });
      await expect(unknown).rejects.toBeInstanceOf(BadRequestError);
    });
  });

  test.each([
    ['no messages', { model, messages: [] }, 'messages'],
    ['no model', { messages: say('x') }, 'model'],
    ['an unknown role', { model, messages: [{ role: 'king', content: 'x' }] }, 'messages.0.role'],
    ['more than one choice', { model, messages: say('x'), n: 2 }, 'n'],
  ])('%s is refused and named', async (_case, body, param) => {
    const request = server.client.post('/chat/completions', { body });
    await expect(request).rejects.toMatchObject({ status: 400, type: 'invalid_request_error', param });
  });

  test('an impossible schema is refused rather than answered wrongly', async () => {
    const request = server.client.chat.completions.create({
      model,
      messages: say('x'),
      response_format: { type: 'json_schema', json_schema: { name: 'never', schema: { not: {} } } },
    });
    await expect(request).rejects.toMatchObject({ status: 400, code: 'unsupported_schema' });
  });
});
