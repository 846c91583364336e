import type { HttpContext } from './context';
import type { IdentityService } from '../identity/identity-service';
import { ApiError } from './problems';

/**
 * For a request that changes something and is identified by a cookie, which travels by itself.
 * @throws ApiError `origin_not_allowed`
 */
export function requireOrigin(identity: IdentityService, ctx: HttpContext): void {
  const origin = ctx.get('Origin') || undefined;
  if (identity.originAllowed(origin, ctx.req.headers.host)) return;
  throw new ApiError(
    'origin_not_allowed',
    origin === undefined
      ? 'A request with the session cookie needs an Origin header. Programs use Authorization: Bearer instead.'
      : 'Pages of this origin may not use the session cookie.',
  );
}
