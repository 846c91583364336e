import type { Middleware } from 'koa';
import { v7 as uuidv7 } from 'uuid';
import type { Logger } from '../../../infra/logger/logger';

/** A request id from a proxy is kept when it looks like one. */
const acceptable = /^[\w.-]{8,100}$/;
/** Part of a webhook's address that only its senders know; also where somebody put it below the wrong path. */
const hookToken = /(?<=\/hooks\/+)[^/]+/i;

/**
 * Gives each request an id (`X-Request-Id`) and writes one line about it. The query, which may hold a
 * ticket, and tokens of webhooks are left out.
 */
export function logRequests(logger: Logger): Middleware {
  return async (ctx, next) => {
    const began = performance.now();
    const given = ctx.get('X-Request-Id');
    const requestId = acceptable.test(given) ? given : uuidv7();
    ctx.state.requestId = requestId;
    ctx.set('X-Request-Id', requestId);
    ctx.res.once('close', () => {
      const { status, method, path } = ctx;
      const line = {
        requestId,
        method,
        path: path.replace(hookToken, '…'),
        route: ctx.state.route as string | undefined,
        status,
        code: ctx.state.errorCode as string | undefined,
        ms: Math.round((performance.now() - began) * 10) / 10,
        userId: ctx.state.userId as string | undefined,
        address: ctx.ip,
        aborted: ctx.res.writableFinished ? undefined : true,
      };
      logger[ctx.state.quiet === true ? 'debug' : 'info'](line, 'request');
    });
    await next();
  };
}
