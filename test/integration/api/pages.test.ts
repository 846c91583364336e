import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Koa from 'koa';
import { answerErrors, answerProblem } from '../../../apps/api/http/error-answers';
import { staticPage } from '../../../apps/api/http/page';
import { ApiError } from '../../../apps/api/http/problems';
import { createLogger } from '../../../infra/logger/logger';
import { startTestApi, type TestApi } from './api-fixture';

describe('API documents', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });

  test('the OpenAPI document is served', async () => {
    const { status, body } = await api.call<{ openapi: string; paths: object }>('GET', '//openapi.json');
    expect([status, body.openapi]).toEqual([200, '3.1.0']);
    expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/api/v1/auth/token', '/health/ready']));
  });

  test.each([
    ['//docs', ['/docs/swagger-ui.css', '/docs/swagger-ui-bundle.js', '/docs/init.js']],
    ['//docs/', ['/docs/swagger-ui-bundle.js']],
    ['//redoc', ['/redoc/redoc.standalone.js', '/redoc/init.js']],
  ])('%s works from files of this server, without inline script', async (path, files) => {
    const { status, headers, body } = await api.call<string>('GET', path);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body).not.toMatch(/https?:\/\/|<script>/);
    for (const file of files) {
      expect(body).toContain(file);
      const { status: found, headers: of } = await api.call('GET', `/${file}`);
      expect([found, of.get('content-type')]).toEqual([
        200,
        expect.stringMatching(/^text\/(css|javascript)/),
      ]);
    }
  });
});

test('the bundles ask for nothing from elsewhere', async () => {
  const api = await startTestApi();
  const { body } = await api.call<string>('GET', '//redoc/redoc.standalone.js');
  expect(body).toContain('Redoc');
  expect(body).not.toContain('cdn.redoc.ly');
});

test.each(['//', '//docs', '//redoc', '//openapi.json'])('%s is only for reading', async (path) => {
  const api = await startTestApi();
  const answer = await api.call('POST', path, { body: {} });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
});

describe('the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coagent-page-'));
  let server: Server;
  let url: string;

  beforeAll(async () => {
    const app = new Koa();
    app.use(answerErrors(createLogger('test', 'silent')));
    app.use(staticPage(folder));
    app.use((ctx) => answerProblem(ctx, new ApiError('not_found', 'Nothing is at this address.')));
    const handle = app.callback();
    server = createServer((request, response) => void handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const get = (path: string, accept = '*/*') => fetch(url + path, { headers: { accept } });
  const navigate = (path: string) => get(path, 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8');

  test('before it is built, it says how to build it', async () => {
    const answer = await navigate('/');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      code: 'page_not_built',
      detail: expect.stringContaining('npm run build') as string,
    });
  });

  describe('built', () => {
    beforeAll(() => {
      mkdirSync(join(folder, 'assets'));
      writeFileSync(join(folder, 'index.html'), '<!doctype html><title>CoAgent</title>');
      writeFileSync(join(folder, 'assets', 'main-3f9a.js'), 'void 0');
      writeFileSync(join(folder, '.secret.html'), 'hidden');
    });

    test.each(['/', '/rooms/0197', '/sign-in'])(
      'a browser that goes to %s gets the page, fresh',
      async (path) => {
        const answer = await navigate(path);
        expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-cache']);
        expect(await answer.text()).toContain('<title>CoAgent</title>');
      },
    );

    test('its hashed files are kept for ever', async () => {
      const answer = await get('/assets/main-3f9a.js');
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([
        200,
        'max-age=31536000,immutable',
      ]);
      expect(answer.headers.get('content-type')).toMatch('javascript');
    });

    test.each([
      '/assets/missing.js',
      '/missing.png',
      '/.secret.html',
      '/..%2f..%2fpackage.json',
      '/%00.js',
      '/%E0%A4%A.js',
    ])('%s is no file of the page', async (path) => {
      expect([400, 404]).toContain((await navigate(path)).status);
    });

    test.each([
      '/api/v1/nothing',
      '/ws/rooms/1',
      '/health/nothing',
      '/metrics',
      '/docs/nothing',
      '/.well-known/x',
    ])('%s belongs to the server, even for browsers', async (path) => {
      expect((await navigate(path)).status).toBe(404);
    });

    test('programs that ask for something else get a 404, not the page', async () => {
      expect((await get('/rooms/0197')).status).toBe(404);
      expect((await fetch(`${url}/rooms`, { method: 'POST', headers: { accept: 'text/html' } })).status).toBe(
        404,
      );
    });
  });
});
