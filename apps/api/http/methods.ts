import type { HttpContext } from './context';
import { ApiError } from './problems';

export const reads = (ctx: HttpContext): boolean => ctx.method === 'GET' || ctx.method === 'HEAD';

/** For a known address that does not take the method of the request: 204 to OPTIONS, else 405, both with Allow. */
export function refuseMethod(ctx: HttpContext, methods: readonly string[]): void {
  const allowed = [...new Set([...methods, 'OPTIONS'])].sort().join(', ');
  ctx.set('Allow', allowed);
  if (ctx.method !== 'OPTIONS') throw new ApiError('method_not_allowed', `This address takes ${allowed}.`);
  ctx.status = 204;
}
