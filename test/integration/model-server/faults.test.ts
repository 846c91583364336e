import { APIError, InternalServerError, RateLimitError } from 'openai';
import { eventually, say, startModelServer, type ModelServerFixture } from './model-server-fixture';

const model = 'gpt-4.1-mini';
let server: ModelServerFixture;

beforeEach(async () => {
  server = await startModelServer();
});
afterEach(() => server.close());

const complete = async (
  text: string,
  headers: Record<string, string> = {},
): Promise<string | null | undefined> =>
  (await server.client.chat.completions.create({ model, messages: say(text) }, { headers })).choices[0]
    ?.message.content;

/** What arrived of a stream, and how it ended. */
async function stream(
  text: string,
): Promise<{ text: string; error: unknown; firstAfterMs: number; tookMs: number }> {
  const began = Date.now();
  let received = '';
  let firstAfterMs = NaN;
  let error: unknown;
  try {
    const chunks = await server.client.chat.completions.create({ model, messages: say(text), stream: true });
    firstAfterMs = Date.now() - began;
    for await (const chunk of chunks) received += chunk.choices[0]?.delta.content ?? '';
  } catch (caught) {
    error = caught;
  }
  return { text: received, error, firstAfterMs, tookMs: Date.now() - began };
}

describe('faults on request', () => {
  test('429 carries retry-after and succeeds after its number of times', async () => {
    const text = 'Ann: [[reply: fine]] [[fault: 429 retry-after=2 times=2]]';
    for (const attempt of [1, 2]) {
      const error: unknown = await complete(text).catch((caught: unknown) => caught);
      expect({ attempt, error }).toMatchObject({
        attempt,
        error: { status: 429, code: 'requested_fault', type: 'rate_limit_error' },
      });
      expect(error).toBeInstanceOf(RateLimitError);
      expect((error as RateLimitError).headers.get('retry-after')).toBe('2');
    }
    expect(await complete(text)).toBe('fine');
  });

  test('the client’s own retries get past a fault that ends', async () => {
    const retrying = server.client.withOptions({ maxRetries: 2 });
    const completion = await retrying.chat.completions.create({
      model,
      messages: say('[[reply: third time lucky]] [[fault: 429 retry-after=0.01 times=2]]'),
    });
    expect(completion.choices[0]?.message.content).toBe('third time lucky');
  });

  test('500 and any other failing status', async () => {
    await expect(complete('[[fault: 500]]')).rejects.toBeInstanceOf(InternalServerError);
    await expect(complete('[[fault: 503 times=1]]')).rejects.toMatchObject({ status: 503 });
  });

  test('slow waits before the first byte', async () => {
    const { firstAfterMs, text } = await stream('[[reply: at last]] [[fault: slow ms=200]]');
    expect(firstAfterMs).toBeGreaterThanOrEqual(195);
    expect(text).toBe('at last');
  });

  test('token-delay spreads the tokens out', async () => {
    const { firstAfterMs, tookMs, text } = await stream('[[tokens: 10]] [[fault: token-delay ms=60]]');
    expect(text).toBe('w1 w2 w3 w4 w5 w6 w7 w8 w9 w10');
    expect(tookMs).toBeGreaterThanOrEqual(590);
    expect(firstAfterMs).toBeLessThan(tookMs - 150);
  });

  test('malformed is broken JSON, streamed or not', async () => {
    const streamed = await stream('[[tokens: 40]] [[fault: malformed]]');
    expect(streamed.text).toMatch(/^w1 w2/);
    expect(streamed.error).toBeInstanceOf(SyntaxError);
    await expect(complete('[[tokens: 40]] [[fault: malformed]]')).rejects.toThrow(/JSON/);
  });

  test('cut-off drops the connection after some tokens, streamed or not', async () => {
    const streamed = await stream('[[tokens: 40]] [[fault: cut-off]]');
    expect(streamed.text).toMatch(/^w1 w2/);
    expect(streamed.text).not.toContain('w40');
    expect(streamed.error).toMatchObject({ message: 'terminated' });
    await expect(complete('[[tokens: 40]] [[fault: cut-off]]')).rejects.toMatchObject({
      message: 'terminated',
    });
    const counts = await eventually(server.counts, ({ failed }) => failed === 2);
    expect(counts).toMatchObject({ started: 2, failed: 2, finished: 0, aborted: 0 });
  });

  test('the header does the same as the directive', async () => {
    await expect(complete('hello', { 'x-fault': '500 times=1' })).rejects.toBeInstanceOf(InternalServerError);
    expect(await complete('hello', { 'x-fault': '500 times=1' })).toContain('Hello');
  });

  test('a fault that is not understood is the caller’s mistake', async () => {
    const error: unknown = await complete('[[fault: explode]]').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status: 400, code: 'invalid_directive' });
  });

  test('another model or message has its own count, and a reset starts over', async () => {
    const text = '[[fault: 500 times=1]]';
    await expect(complete(text)).rejects.toMatchObject({ status: 500 });
    await expect(complete(`${text} again`)).rejects.toMatchObject({ status: 500 });
    const other = server.client.chat.completions.create({ model: 'other', messages: say(text) });
    await expect(other).rejects.toMatchObject({ status: 500 });
    await server.admin('DELETE', '/calls');
    await expect(complete(text)).rejects.toMatchObject({ status: 500 });
    expect(await complete(text)).toContain('(offline demo model)');
  });
});
