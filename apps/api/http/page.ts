import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Middleware } from 'koa';
import send from 'koa-send';
import { reads, refuseMethod } from './methods';
import { ApiError } from './problems';

/** Paths of the server that are never the page's. */
const reserved =
  /^\/(api|ws|health|readiness|metrics|openapi\.json|docs|redoc|schemas|ag-ui|a2a|mcp|\.well-known)(\/|$)/;
const fileName = /\.[^/]+$/;
const yearMs = 365 * 86_400_000;

/**
 * The built page: its files, and `index.html` for every address that a browser navigates to, because the page routes
 * by itself. Files below /assets carry a hash in their names and never change.
 * @param folder where `npm run build` puts it.
 */
export function staticPage(folder: string): Middleware {
  const serve = async (ctx: Parameters<Middleware>[0], path: string): Promise<void> => {
    const hashed = path.startsWith('/assets/');
    // Nothing is sent for hidden files, and for missing ones it throws a 404.
    const sent = (await send(ctx, path, { root: folder, maxage: hashed ? yearMs : 0, immutable: hashed })) as
      string | undefined;
    if (sent === undefined) throw new ApiError('not_found', 'Nothing is at this address.');
    if (!hashed) ctx.set('Cache-Control', 'no-cache');
  };
  return async (ctx, next) => {
    const file = fileName.test(ctx.path);
    const navigation = ctx.path === '/' || ctx.get('Accept').includes('text/html');
    if (ctx.path === '/' && !reads(ctx)) {
      refuseMethod(ctx, ['GET', 'HEAD']);
      return;
    }
    if (!reads(ctx) || reserved.test(ctx.path) || (!file && !navigation)) {
      await next();
      return;
    }
    if (!file && !existsSync(join(folder, 'index.html'))) {
      throw new ApiError('page_not_built', 'The page has not been built. Run `npm run build`.');
    }
    await serve(ctx, file ? ctx.path : '/index.html');
  };
}
