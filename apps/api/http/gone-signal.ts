import type { HttpContext } from './context';

/** Aborted when the client is gone. */
export function goneSignal(ctx: HttpContext): AbortSignal {
  const gone = new AbortController();
  ctx.res.once('close', () => gone.abort());
  return gone.signal;
}
