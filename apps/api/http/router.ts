import Router from '@koa/router';
import type { Middleware } from 'koa';
import type { HttpContext } from './context';
import { refuseMethod } from './methods';
import type { Route } from './route';

export const apiPrefix = '/api/v1';

/** Full path of a route in OpenAPI form: `/api/v1/rooms/{id}`. */
export const fullPath = ({ path, outside = false }: Pick<Route, 'path' | 'outside'>): string =>
  outside ? path : `${apiPrefix}${path}`;

/** Routes requests, and answers those for a known path by an unknown method: 405 with Allow, 204 to OPTIONS. */
export function createRouter(
  routes: readonly Route[],
  dispatch: (ctx: HttpContext, route: Route, params: Record<string, string>) => Promise<void>,
): Middleware {
  const router = new Router({ sensitive: true, exclusive: 'specificity' });
  for (const route of routes) {
    const path = fullPath(route).replace(/\{(\w+)\}/g, ':$1');
    router.register(path, [route.method], async (ctx) => {
      ctx.state.route = `${route.method} ${fullPath(route)}`;
      ctx.state.quiet = route.unlimited;
      await dispatch(ctx, route, ctx.params);
    });
  }
  const handle = router.routes() as unknown as Middleware;
  return async (ctx, next) => {
    const matched = router.match(ctx.path, ctx.method);
    if (matched.route || matched.path.length === 0) {
      await handle(ctx, next);
      return;
    }
    refuseMethod(
      ctx,
      matched.path.flatMap((layer) => layer.methods),
    );
  };
}
