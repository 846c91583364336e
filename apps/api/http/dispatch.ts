import type { HttpContext } from './context';
import { z } from 'zod';
import type { Identity } from '../identity/identity';
import { resolveWorkspace } from '../identity/resolve-workspace';
import { readBody } from './body';
import { addressGroup } from './client-address';
import type { Idempotency, StoredAnswer } from './idempotency';
import { requireOrigin } from './origin';
import { ApiError } from './problems';
import type { Route } from './route';
import type { ApiServices } from './services';
import { validate } from './validate';
import { workspaceQuery } from './workspace-fields';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Runs one request of a route: who, how often, what; then the handler; then the answer. */
export function createDispatch(services: ApiServices, idempotency: Idempotency) {
  async function whoAsks(ctx: HttpContext, route: Route): Promise<Identity | null> {
    const { identity, limits } = services;
    const user = await identity.identify(ctx.req);
    ctx.state.userId = user?.userId;
    if (!route.unlimited)
      await limits.request(user === null ? `address:${addressGroup(ctx.ip)}` : `user:${user.userId}`);
    if (user === null && route.auth === 'user') {
      ctx.set('WWW-Authenticate', 'Bearer');
      throw new ApiError('unauthenticated', 'Send a valid access token or sign in.');
    }
    if (user?.via === 'cookie' && !safeMethods.has(ctx.method)) requireOrigin(identity, ctx);
    return user;
  }

  return async function dispatch(
    ctx: HttpContext,
    route: Route,
    rawParams: Record<string, string>,
  ): Promise<void> {
    // Answers depend on who asks; a handler may say otherwise.
    ctx.set('Cache-Control', 'no-store');
    const user = await whoAsks(ctx, route);
    const body = route.body === undefined ? undefined : await readBody(ctx, route.body);
    const query = { ...route.query, ...(route.workspace === undefined ? {} : workspaceQuery) };
    const [params, queryValues, bodyValue] = validate([
      { root: 'path', schema: z.strictObject(route.params ?? {}), value: rawParams },
      { root: 'query', schema: z.strictObject(query), value: { ...ctx.query } },
      ...(route.body === undefined ? [] : [{ root: 'body', schema: route.body.schema, value: body?.value }]),
    ]);

    const work = async (): Promise<StoredAnswer> => {
      const request = { params, query: queryValues, body: bodyValue, user, ctx };
      if (route.workspace === undefined || user === null) return route.handle(request, services);
      const { workspaceId, workspaceSlug } = queryValues as { workspaceId?: string; workspaceSlug?: string };
      const workspace = await resolveWorkspace(services.database, user, route.workspace, {
        id: ctx.get('X-Workspace-Id') || workspaceId,
        slug: ctx.get('X-Workspace-Slug') || workspaceSlug,
      });
      return route.handle({ ...request, workspace }, services);
    };

    const answer = route.idempotent
      ? await idempotency.once(
          { ctx, userId: user?.userId ?? null, body: body?.bytes ?? Buffer.alloc(0) },
          work,
        )
      : await work();
    send(ctx, route, answer);
  };
}

function send(ctx: HttpContext, route: Route, { status, headers = {}, body }: StoredAnswer): void {
  ctx.set(headers);
  const { contentType, schema } = route.responses[status] ?? {};
  if (schema === undefined) {
    ctx.body = null;
  } else if (contentType === undefined) {
    ctx.type = 'application/json';
    ctx.body = JSON.stringify(body);
  } else {
    ctx.type = contentType;
    ctx.body = body;
  }
  // Last, because setting a body sets a status too.
  ctx.status = status;
}
