import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Middleware } from 'koa';
import { reads, refuseMethod } from './methods';

const icon = '/docs/favicon-32x32.png';

const page = (title: string, head: string, body: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><link rel="icon" href="${icon}"><link rel="stylesheet" href="/docs/page.css">${head}</head>
<body>${body}</body>
</html>
`;

// The policy of the server allows no inline script, so even these few lines are files.
const swaggerInit = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', deepLinking: true, persistAuthorization: false });\n`;
const redocInit = `Redoc.init('/openapi.json', { hideLoading: true, disableSearch: false }, document.getElementById('ui'));\n`;

const swaggerPage = page(
  'CoAgent API',
  '<link rel="stylesheet" href="/docs/swagger-ui.css">',
  '<div id="ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/init.js"></script>',
);
const redocPage = page(
  'CoAgent API reference',
  '',
  '<div id="ui"></div><script src="/redoc/redoc.standalone.js"></script><script src="/redoc/init.js"></script>',
);

interface Source {
  type: string;
  read: () => string | Promise<string | Buffer>;
}

const inPackage = (name: string, path: string): string =>
  join(dirname(require.resolve(`${name}/package.json`)), path);
const text = (type: string, value: string): Source => ({ type, read: () => value });
const file = (type: string, name: string, path: string): Source => ({
  type,
  read: () => readFile(inPackage(name, path)),
});

/** ReDoc fetches a logo of its makers from their network; here it gets an icon of this server. */
const redocBundle: Source = {
  type: 'text/javascript',
  read: async () => {
    const bundle = await readFile(inPackage('redoc', 'bundles/redoc.standalone.js'), 'utf8');
    return bundle.replaceAll('https://cdn.redoc.ly/redoc/logo-mini.svg', icon);
  },
};

const sources: Readonly<Record<string, Source>> = {
  '/docs': text('text/html', swaggerPage),
  '/docs/init.js': text('text/javascript', swaggerInit),
  '/docs/page.css': file('text/css', 'swagger-ui-dist', 'index.css'),
  '/docs/swagger-ui.css': file('text/css', 'swagger-ui-dist', 'swagger-ui.css'),
  '/docs/swagger-ui-bundle.js': file('text/javascript', 'swagger-ui-dist', 'swagger-ui-bundle.js'),
  [icon]: file('image/png', 'swagger-ui-dist', 'favicon-32x32.png'),
  '/redoc': text('text/html', redocPage),
  '/redoc/init.js': text('text/javascript', redocInit),
  '/redoc/redoc.standalone.js': redocBundle,
};

/** Swagger UI at /docs and ReDoc at /redoc, from the files of their packages; the document at /openapi.json. */
export function documentPages(openApi: () => object): Middleware {
  let json: string | null = null;
  const document: Source = { type: 'application/json', read: () => (json ??= JSON.stringify(openApi())) };
  return async (ctx, next) => {
    const path = ctx.path.replace(/\/$/, '');
    const page = Object.hasOwn(sources, path) ? sources[path] : undefined;
    const source = path === '/openapi.json' ? document : page;
    if (source === undefined) await next();
    else if (!reads(ctx)) refuseMethod(ctx, ['GET', 'HEAD']);
    else {
      ctx.type = source.type;
      if (page !== undefined) ctx.set('Cache-Control', 'public, max-age=3600');
      ctx.body = await source.read();
    }
  };
}
