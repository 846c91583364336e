import { Server } from 'node:http';
import { connect } from 'node:net';
import { say, startModelServer, type ModelServerFixture } from './model-server-fixture';

let server: ModelServerFixture;

beforeAll(async () => {
  server = await startModelServer();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => server.close());

const post = (
  body: string,
  headers: Record<string, string> = { authorization: 'Bearer any' },
): Promise<Response> => fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body, headers });

describe('the server itself', () => {
  test('models and health', async () => {
    const ids: string[] = [];
    for await (const model of server.client.models.list()) ids.push(model.id);
    expect(ids).toEqual(['offline-demo', 'offline-demo-embedding']);
    expect(await (await fetch(`${server.url}/health`)).json()).toEqual({
      status: 'ok',
      model: 'offline demo model',
    });
  });

  test.each([[{}], [{ authorization: 'Bearer ' }], [{ authorization: 'Basic abc' }]])(
    'no key, no answer: %j',
    async (headers) => {
      const response = await post('{}', headers);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({
        error: { type: 'authentication_error', code: 'invalid_api_key' },
      });
    },
  );

  test('a body over 4 MiB is 413, one below is read', async () => {
    const bodyOf = (bytes: number): string =>
      JSON.stringify({ model: 'm', messages: say('x'.repeat(bytes)) });
    const large = await post(bodyOf(4 * 1024 * 1024));
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ error: { code: 'request_too_large' } });
    expect((await post(bodyOf(4 * 1024 * 1024 - 200))).status).toBe(200);
  });

  test.each(['', '{', '[]', '"text"', 'null', '{"model":1}'])('%p is 400', async (body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });

  test('unknown addresses are 404, wrong methods 405 with the right ones', async () => {
    const headers = { authorization: 'Bearer any' };
    for (const path of ['/v1/unknown', '/', '/constructor']) {
      expect((await fetch(server.url + path, { headers })).status).toBe(404);
    }
    const wrong = await fetch(`${server.url}/v1/chat/completions`, { headers });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('a client that leaves in the middle of its request disturbs nobody', async () => {
    const { port } = new URL(server.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(
          'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Length: 100\r\n\r\n{"mod',
          () => socket.destroy(),
        );
      });
      socket.once('close', () => resolve());
    });
    expect((await post(JSON.stringify({ model: 'm', messages: say('hi') }))).status).toBe(200);
  });

  test('connections are kept for the next request', async () => {
    const response = await post(JSON.stringify({ model: 'm', messages: say('hi') }));
    await response.text();
    expect(response.headers.get('connection')).toBe('keep-alive');
  });

  test('closing lets an answer under way finish', async () => {
    const own = await startModelServer({ tokenDelayMs: 20 });
    const cutting = jest.spyOn(Server.prototype, 'closeAllConnections');
    const stream = await own.client.chat.completions.create({
      model: 'm',
      messages: say('[[tokens: 15]]'),
      stream: true,
    });
    let text = '';
    let closing: Promise<void> | undefined;
    for await (const chunk of stream) {
      closing ??= own.close();
      text += chunk.choices[0]?.delta.content ?? '';
    }
    await closing;
    expect(cutting).not.toHaveBeenCalled();
    expect(text).toMatch(/w15$/);
  });
});
