import { createConnection } from 'node:net';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { queryFlagOr, queryIntegerOr } from '../../../apps/api/http/query';
import { defineRoute } from '../../../apps/api/http/route';
import { startTestApi, type TestApi } from './api-fixture';

const common = { tags: ['test'], auth: 'none', errors: [] } as const;
const echoed = { 200: { description: 'What was understood.', schema: z.unknown(), example: {} } } as const;

const routes = [
  defineRoute(
    {
      ...common,
      method: 'POST',
      path: '/things/{id}',
      summary: 'Echo',
      params: { id: z.uuid() },
      query: { limit: queryIntegerOr(50, { min: 1, max: 200 }), deep: queryFlagOr(false) },
      body: {
        schema: z.strictObject({
          name: z.string().min(2).max(10),
          count: z.int().positive().optional(),
          tags: z.array(z.strictObject({ label: z.string() })).optional(),
          free: z.unknown().optional(),
          kind: z.enum(['a', 'b']).optional(),
        }),
        example: { name: 'ada' },
      },
      responses: echoed,
    },
    ({ params, query, body }) => Promise.resolve({ status: 200 as const, body: { params, query, body } }),
  ),
  defineRoute(
    { ...common, method: 'GET', path: '/things/special', summary: 'The fixed path', responses: echoed },
    () => Promise.resolve({ status: 200, body: 'special' }),
  ),
  defineRoute(
    {
      ...common,
      method: 'GET',
      path: '/things/{id}',
      summary: 'By id',
      params: { id: z.string() },
      responses: echoed,
    },
    ({ params }) => Promise.resolve({ status: 200, body: params }),
  ),
  defineRoute({ ...common, method: 'GET', path: '/broken', summary: 'Fails', responses: echoed }, () =>
    Promise.reject(new Error('SELECT * FROM secrets WHERE password = 1')),
  ),
  defineRoute(
    {
      ...common,
      method: 'DELETE',
      path: '/things/{id}',
      summary: 'No body',
      params: { id: z.string() },
      responses: { 204: { description: 'Gone.' } },
    },
    () => Promise.resolve({ status: 204 }),
  ),
];

const id = '0197d6a2-6f5c-7c3e-9d53-0f3a5b1c2d4e';
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ routes });
});

interface ProblemBody {
  code: string;
  status: number;
  errors?: { path: string; code: string }[];
}

const post = (body: unknown, path = `/things/${id}`, headers: Record<string, string> = {}) =>
  api.call<ProblemBody>('POST', path, { body, headers });
const json = { 'content-type': 'application/json' };
const codes = (errors: ProblemBody['errors']) => errors?.map(({ path, code }) => `${path} ${code}`).sort();

test('values arrive converted, with their defaults', async () => {
  const { status, body } = await post({ name: 'ada', count: 2 }, `/things/${id}?limit=7&deep=true`);
  expect([status, body]).toEqual([
    200,
    { params: { id }, query: { limit: 7, deep: true }, body: { name: 'ada', count: 2 } },
  ]);
  const plain = await post({ name: 'ada' }, `/things/${id}`, {
    'content-type': 'application/json; charset=utf-8',
  });
  expect(plain.body).toMatchObject({ query: { limit: 50, deep: false } });
});

test('every invalid field is named at once, wherever it is', async () => {
  const { status, headers, body } = await post(
    { name: 'x', count: -1, tags: [{ label: 1, colour: 'red' }], kind: 'c', extra: 1, other: 2 },
    '/things/not-an-id?limit=1e3&deep=yes&page=2',
  );
  expect(status).toBe(422);
  expect(headers.get('content-type')).toMatch('application/problem+json');
  expect(body).toMatchObject({
    status: 422,
    code: 'invalid_request',
    title: 'Invalid request',
    type: 'urn:coagent:problem:invalid_request',
  });
  expect(codes(body.errors)).toEqual([
    'body.count too_small',
    'body.extra unknown_field',
    'body.kind invalid_value',
    'body.name too_small',
    'body.other unknown_field',
    'body.tags.0.colour unknown_field',
    'body.tags.0.label invalid_type',
    'path.id invalid_format',
    'query.deep invalid_value',
    'query.limit invalid_format',
    'query.page unknown_field',
  ]);
});

test.each([
  ['0', 'query.limit too_small'],
  ['201', 'query.limit too_big'],
  ['', 'query.limit invalid_format'],
  ['0x10', 'query.limit invalid_format'],
  ['5.5', 'query.limit invalid_format'],
  ['99999999999999999999', 'query.limit invalid_format'],
  ['1&limit=2', 'query.limit invalid_type'],
])('a query number is a whole number within its bounds: %s', async (limit, expected) => {
  expect(codes((await post({ name: 'ada' }, `/things/${id}?limit=${limit}`)).body.errors)).toEqual([
    expected,
  ]);
});

test('without a body, the required fields are named', async () => {
  expect(codes((await post(undefined)).body.errors)).toEqual(['body.name required']);
  expect(codes((await post('', undefined, json)).body.errors)).toEqual(['body.name required']);
});

test.each(['[]', '"text"', '7', 'null', 'true', '[{"name":"ada"}]'])(
  'a body that is no object: %s',
  async (body) => {
    expect(codes((await post(body, undefined, json)).body.errors)).toEqual(['body invalid_type']);
  },
);

test.each([
  '{',
  '{"name":"ada"',
  "{'name':'ada'}",
  '{"name":NaN}',
  '{"name":"ada"}}',
  '\u0000',
  'undefined',
  '{"a":\n',
])('malformed JSON: %j', async (body) => {
  expect(await post(body, undefined, json)).toMatchObject({ status: 400, body: { code: 'malformed_body' } });
});

test('a body that is not UTF-8 is refused instead of being mended silently', async () => {
  const response = await fetch(`${api.url}/api/v1/things/${id}`, {
    method: 'POST',
    headers: json,
    body: Buffer.concat([Buffer.from('{"name":"a'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
  });
  expect([response.status, ((await response.json()) as ProblemBody).code]).toEqual([400, 'malformed_body']);
});

test.each([
  ['NUL in a value', '{"name":"a\\u0000b"}', 'body.name invalid_text'],
  ['NUL in a key', '{"name":"ada","free":{"a\\u0000":1}}', 'body.free invalid_text'],
  ['half a surrogate pair', '{"name":"a\\ud83d"}', 'body.name invalid_text'],
  ['half a pair deep inside', '{"name":"ada","free":[{"x":["\\udc00"]}]}', 'body.free.0.x.0 invalid_text'],
  [
    'too deep nesting',
    `{"name":"ada","free":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    expect.stringMatching(/^body\.free[.0]+ too_deep$/) as string,
  ],
])('text that cannot be stored: %s', async (_name, body, expected) => {
  const answer = await post(body, undefined, json);
  expect(answer.status).toBe(422);
  expect(codes(answer.body.errors)).toEqual([expected]);
});

test('NUL in path and query is refused, whole pairs and other scripts are welcome', async () => {
  expect((await api.call('GET', '/things/a%00b')).status).toBe(422);
  expect((await post({ name: 'ada' }, `/things/${id}?limit=%00`)).status).toBe(422);
  expect((await post({ name: '👩‍🚀 アダ' })).status).toBe(200);
});

test.each(['/things/%E0%A4%A', '/things/%', '/things/%ff', '/%', '/..%2f..%2fetc', '//evil'])(
  'an address that cannot be decoded never breaks the server: %s',
  async (path) => {
    const { status } = await api.call('GET', path);
    expect([200, 400, 404, 422]).toContain(status);
  },
);

test('__proto__ is a field like any other, and unknown', async () => {
  const answer = await post('{"name":"ada","__proto__":{"count":3}}', undefined, json);
  expect(answer.status).toBe(422);
  expect(codes(answer.body.errors)).toEqual(['body.__proto__ unknown_field']);
});

test('256 KiB is the limit, also for compressed bodies', async () => {
  const large = JSON.stringify({ name: 'ada', free: 'x'.repeat(256 * 1024) });
  expect(await post(large, undefined, json)).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  const fits = JSON.stringify({ name: 'ada', free: 'x'.repeat(250 * 1024) });
  expect((await post(fits, undefined, json)).status).toBe(200);
  const send = (body: Buffer) =>
    fetch(`${api.url}/api/v1/things/${id}`, {
      method: 'POST',
      headers: { ...json, 'content-encoding': 'gzip' },
      body,
    });
  expect((await send(gzipSync(fits))).status).toBe(200);
  expect((await send(gzipSync('x'.repeat(50_000_000)))).status).toBe(413);
  expect((await send(Buffer.from('not gzip'))).status).toBe(400);
});

test.each([
  'text/plain',
  'application/xml',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'nonsense',
])('a body as %s is refused', async (type) => {
  const answer = await post('name=ada', undefined, { 'content-type': type });
  expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
});

test.each(['PUT', 'PATCH'])('%s on a known address: 405, and Allow names what it takes', async (method) => {
  const answer = await api.call(method, `/things/${id}`, { body: {} });
  expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
  expect(answer.headers.get('allow')).toBe('DELETE, GET, HEAD, OPTIONS, POST');
});

/** Sends bytes as they are, for what `fetch` refuses to send. */
const raw = (text: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = createConnection(Number(new URL(api.url).port), '127.0.0.1', () => socket.end(text));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });

test.each(['TRACE', 'PROPFIND'])('%s is 405, also at a known address', async (method) => {
  const answer = await raw(`${method} /api/v1/things/${id} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 405 /);
  expect(answer).toMatch(/\r\nAllow: DELETE, GET, HEAD, OPTIONS, POST\r\n/);
});

test.each([
  'hello\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
])('what is not HTTP gets a problem and the connection ends', async (text) => {
  const answer = await raw(text);
  expect(answer).toMatch(/^HTTP\/1\.1 (400|431) /);
  expect(answer).toContain('"code":"malformed_request"');
});

test('OPTIONS tells the methods and lets no other site in', async () => {
  const answer = await api.call('OPTIONS', `/things/${id}`, {
    headers: { origin: 'https://evil.example.org' },
  });
  expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'DELETE, GET, HEAD, OPTIONS, POST']);
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
});

test.each([
  '/nothing',
  '//nothing/here',
  '//api/v2/auth/me',
  '//.env',
  '//favicon.ico',
  '//assets/../../package.json',
])('nothing at %s: a 404 problem', async (path) => {
  const answer = await api.call<ProblemBody>('GET', path);
  expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
});

test('a fixed path wins over one with a parameter', async () => {
  expect((await api.call('GET', '/things/special')).body).toBe('special');
  expect((await api.call('GET', '/things/other')).body).toEqual({ id: 'other' });
});

test('HEAD answers as GET without the body; 204 has none', async () => {
  const head = await api.call('HEAD', '/things/special');
  expect([head.status, head.body]).toEqual([200, '']);
  expect(await api.call('DELETE', '/things/x')).toMatchObject({ status: 204, body: '' });
});

test('an unexpected error tells the caller nothing of the inside', async () => {
  const answer = await api.call<ProblemBody>('GET', '/broken');
  expect([answer.status, answer.body.code]).toEqual([500, 'internal_error']);
  expect(JSON.stringify(answer.body)).not.toMatch(/SELECT|secret|\.ts|at /);
});

test('each answer has the request id, which a proxy may choose', async () => {
  const own = await api.call<{ instance: string }>('GET', '/nothing');
  expect(own.body.instance).toBe(`urn:coagent:request:${String(own.headers.get('x-request-id'))}`);
  const given = await api.call('GET', '/nothing', { headers: { 'x-request-id': 'proxy-12345' } });
  expect(given.headers.get('x-request-id')).toBe('proxy-12345');
  const odd = await api.call('GET', '/nothing', { headers: { 'x-request-id': 'a b"<script>' } });
  expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

test('security headers are on every answer', async () => {
  for (const path of ['/nothing', '/things/special', '//openapi.json']) {
    const { headers } = await api.call('GET', path);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'self';.*script-src 'self';/);
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe-eval|upgrade-insecure/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  }
});

test('a route for signed-in people answers 401 with the scheme, before it reads the body', async () => {
  const product = await startTestApi();
  const answer = await product.call('POST', '/auth/logout-all', { body: '{', headers: json });
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
});
