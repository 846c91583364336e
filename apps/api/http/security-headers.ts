import helmet from 'koa-helmet';
import type { Middleware } from 'koa';

/** Pages load only what this server serves. */
const policy = {
  'default-src': ["'self'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'worker-src': ["'self'", 'blob:'],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};

const documentPages = /^\/(docs|redoc)(\/|$)/;

/** @param https whether users reach the server by HTTPS: browsers are then told to use nothing else. */
export function securityHeaders(https: boolean): Middleware {
  const withStyles = (styles: string[]): Middleware =>
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: { ...policy, 'style-src': styles } },
      strictTransportSecurity: https,
      referrerPolicy: { policy: 'same-origin' },
    });
  const strict = withStyles(["'self'"]);
  // Swagger UI and ReDoc write style elements into the page.
  const documents = withStyles(["'self'", "'unsafe-inline'"]);
  return async (ctx, next) => {
    await (documentPages.test(ctx.path) ? documents(ctx, next) : strict(ctx, next));
  };
}
