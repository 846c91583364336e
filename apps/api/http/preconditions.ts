import type { HttpContext } from './context';
import { ApiError } from './problems';

/** ETag of what counts its changes. */
export const etagOf = (revision: number): string => `"${String(revision)}"`;

/**
 * Lets a change through only if the caller has read what is there now.
 * @throws ApiError `precondition_required`, `precondition_failed`
 */
export function requireIfMatch(ctx: HttpContext, revision: number): void {
  const header = ctx.get('If-Match').trim();
  if (header === '')
    throw new ApiError('precondition_required', 'Send the ETag of what you have read as If-Match.');
  const etags = header.split(',').map((etag) => etag.trim());
  if (!etags.includes('*') && !etags.includes(etagOf(revision)))
    throw new ApiError('precondition_failed', 'It was changed since you have read it.');
}
