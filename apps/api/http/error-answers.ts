import type { Middleware } from 'koa';
import type { HttpContext } from './context';
import type { Logger } from '../../../infra/logger/logger';
import { fromInfra } from './infra-errors';
import { ApiError, toProblem } from './problems';

/** Answers every error as a problem. What is not meant for the caller goes to the log only. */
export function answerErrors(logger: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const known = fromInfra(error) ?? fromKoa(error);
      if (known === null)
        logger.error({ err: error, requestId: ctx.state.requestId as string }, 'request failed');
      else if (known.status >= 500)
        logger.warn({ err: known, requestId: ctx.state.requestId as string }, known.message);
      answerProblem(
        ctx,
        known ?? new ApiError('internal_error', 'Something went wrong here. The log has the details.'),
      );
    }
  };
}

export function answerProblem(ctx: HttpContext, error: ApiError): void {
  ctx.status = error.status;
  if (error.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter));
  ctx.state.errorCode = error.code;
  ctx.body = JSON.stringify(toProblem(error, ctx.state.requestId as string));
  ctx.type = 'application/problem+json';
}

/** Koa, the router and koa-send throw errors with a 4xx status for requests they cannot understand. */
function fromKoa(error: unknown): ApiError | null {
  const status = (error as { status?: unknown }).status;
  if (status === 400)
    return new ApiError('malformed_request', 'The request cannot be understood.', { cause: error });
  if (status === 404 || status === 403)
    return new ApiError('not_found', 'Nothing is at this address.', { cause: error });
  return null;
}
