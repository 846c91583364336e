import type OpenAI from 'openai';
import { startModelServer, type ModelServerFixture } from './model-server-fixture';

const model = 'gpt-4.1-mini';
let server: ModelServerFixture;

beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

const weather: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'weather',
  strict: true,
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
};

describe('responses', () => {
  test('an answer has output_text, usage and a status', async () => {
    const response = await server.client.responses.create({
      model,
      instructions: 'You are Ada, a teacher.',
      input: 'Ann: Hello!',
    });
    expect(response).toMatchObject({
      object: 'response',
      status: 'completed',
      model,
      error: null,
      output: [{ type: 'message', role: 'assistant' }],
    });
    expect(response.output_text).toMatch(/^Hello, Ann! I am Ada/);
    expect(response.usage?.total_tokens).toBe(
      (response.usage?.input_tokens ?? NaN) + (response.usage?.output_tokens ?? NaN),
    );
  });

  test('a stream is numbered, in the documented order, and adds up to the whole answer', async () => {
    const input = [
      { role: 'user' as const, content: [{ type: 'input_text' as const, text: '[[tokens: 10]]' }] },
    ];
    const events: OpenAI.Responses.ResponseStreamEvent[] = [];
    for await (const event of await server.client.responses.create({ model, input, stream: true }))
      events.push(event);
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, at) => at));
    const types = events.map((event) => event.type);
    expect(types.filter((type, at) => type !== types[at - 1])).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const deltas = events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : ''));
    expect(deltas.join('')).toBe('w1 w2 w3 w4 w5 w6 w7 w8 w9 w10');
  });

  test('the client’s own accumulator reaches the same response as the plain request', async () => {
    const request = { model, input: 'Ann: Why do plants need light?' };
    const plain = await server.client.responses.create(request);
    const streamed = await server.client.responses.stream(request).finalResponse();
    expect(streamed.output_text).toBe(plain.output_text);
    expect(streamed.usage).toEqual(plain.usage);
  });

  test('a function is called, streamed or not, and its output answered', async () => {
    const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'Ann: the weather in Oslo?' }];
    const whole = await server.client.responses.create({ model, input, tools: [weather] });
    const streamed = await server.client.responses.stream({ model, input, tools: [weather] }).finalResponse();
    for (const { output } of [whole, streamed]) {
      expect(output).toMatchObject([
        { type: 'function_call', name: 'weather', arguments: '{"city":"Oslo"}' },
      ]);
    }
    const calls = whole.output.filter((item) => item.type === 'function_call');
    const answered = await server.client.responses.create({
      model,
      tools: [weather],
      input: [
        ...input,
        ...calls,
        { type: 'function_call_output', call_id: calls[0]?.call_id ?? '', output: 'Rain, 4 degrees' },
      ],
    });
    expect(answered.output_text).toBe('The tool weather answers: Rain, 4 degrees. (offline demo model)');
  });

  test('a JSON Schema is satisfied', async () => {
    const response = await server.client.responses.create({
      model,
      input: 'Ann: hello',
      text: {
        format: {
          type: 'json_schema',
          name: 'mood',
          strict: true,
          schema: {
            type: 'object',
            properties: { mood: { enum: ['calm'] } },
            required: ['mood'],
            additionalProperties: false,
          },
        },
      },
    });
    expect(JSON.parse(response.output_text)).toEqual({ mood: 'calm' });
  });

  test('a cut answer is incomplete', async () => {
    const request = { model, input: '[[tokens: 50]]', max_output_tokens: 16 };
    const whole = await server.client.responses.create(request);
    const streamed = await server.client.responses.stream(request).finalResponse();
    for (const response of [whole, streamed]) {
      expect(response.status).toBe('incomplete');
      expect(response.incomplete_details).toEqual({ reason: 'max_output_tokens' });
    }
  });

  test('a reference to an earlier response is refused: none is kept', async () => {
    const request = server.client.responses.create({ model, input: 'x', previous_response_id: 'resp_1' });
    await expect(request).rejects.toMatchObject({ status: 400, param: 'previous_response_id' });
  });
});
