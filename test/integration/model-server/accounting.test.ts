import { Server } from 'node:http';
import { eventually, say, startModelServer, type ModelServerFixture } from './model-server-fixture';

const model = 'gpt-4.1-mini';
let server: ModelServerFixture;

beforeEach(async () => {
  server = await startModelServer();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await server.close();
});

const keyed = (key: string) => ({ headers: { 'x-idempotency-key': key } });

describe('accounting', () => {
  test('answers count per key, whole and streamed; refusals do not start', async () => {
    const messages = say('hello');
    await server.client.chat.completions.create({ model, messages }, keyed('a'));
    for await (const chunk of await server.client.chat.completions.create(
      { model, messages, stream: true },
      keyed('a'),
    )) {
      expect(chunk.model).toBe(model);
    }
    await server.client.responses.create({ model, input: 'hello' }, keyed('b'));
    await server.client.chat.completions.create({ model, messages });
    const refused = server.client.chat.completions.create(
      { model, messages: say('[[fault: 429]]') },
      keyed('c'),
    );
    await expect(refused).rejects.toMatchObject({ status: 429 });
    expect(await eventually(server.counts, ({ finished }) => finished === 4)).toEqual({
      total: 5,
      started: 4,
      finished: 4,
      aborted: 0,
      failed: 0,
      byKey: { a: { started: 2, finished: 2 }, b: { started: 1, finished: 1 } },
    });
    await server.admin('DELETE', '/calls');
    expect(await server.counts()).toEqual({
      total: 0,
      started: 0,
      finished: 0,
      aborted: 0,
      failed: 0,
      byKey: {},
    });
  });

  test('a client that leaves a stream is counted aborted, not finished', async () => {
    const abort = new AbortController();
    const stream = await server.client.chat.completions.create(
      { model, messages: say('[[tokens: 500]] [[fault: token-delay ms=20]]'), stream: true },
      { ...keyed('left'), signal: abort.signal },
    );
    let seen = 0;
    for await (const chunk of stream) {
      seen += chunk.choices.length;
      if (seen === 3) abort.abort();
    }
    const counts = await eventually(server.counts, ({ aborted }) => aborted > 0);
    expect(counts).toMatchObject({
      started: 1,
      finished: 0,
      aborted: 1,
      byKey: { left: { started: 1, finished: 0 } },
    });
  });

  test('a client that leaves before the first byte is counted aborted, and its timer stops', async () => {
    const abort = new AbortController();
    const request = server.client.chat.completions.create(
      { model, messages: say('[[fault: slow ms=60000]]') },
      { ...keyed('waiting'), signal: abort.signal },
    );
    await eventually(server.counts, ({ started }) => started === 1);
    abort.abort();
    await expect(request).rejects.toThrow('aborted');
    await eventually(server.counts, ({ aborted }) => aborted === 1);
    // What were still under way would be cut off, after five seconds.
    const cutting = jest.spyOn(Server.prototype, 'closeAllConnections');
    await server.close();
    expect(cutting).not.toHaveBeenCalled();
  });

  test('the pace changes at run time', async () => {
    expect(await server.admin('PUT', '/latency', { latencyMs: 150 })).toEqual({
      latencyMs: 150,
      tokenDelayMs: 0,
    });
    const began = Date.now();
    await server.client.chat.completions.create({ model, messages: say('hello') });
    expect(Date.now() - began).toBeGreaterThanOrEqual(145);
    expect(await server.admin('PUT', '/latency', { latencyMs: 0, tokenDelayMs: 20 })).toEqual({
      latencyMs: 0,
      tokenDelayMs: 20,
    });
    const asked = Date.now();
    const chunks = await server.client.chat.completions.create({
      model,
      messages: say('[[tokens: 5]]'),
      stream: true,
    });
    let pieces = 0;
    for await (const chunk of chunks) if (chunk.choices[0]?.delta.content) pieces += 1;
    expect(pieces).toBe(5);
    expect(Date.now() - asked).toBeGreaterThanOrEqual(90);
  });

  test.each([{ latencyMs: -1 }, { latency: 5 }, { tokenDelayMs: 'fast' }])(
    'a wrong pace is refused: %j',
    async (pace) => {
      expect(await server.admin('PUT', '/latency', pace)).toMatchObject({
        error: { type: 'invalid_request_error' },
      });
    },
  );
});
