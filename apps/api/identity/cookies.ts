import type { HttpContext } from '../http/context';
import type { Grant } from './sessions';

/** `__Host-`: only over HTTPS (or localhost), only from this very host, for the whole host. */
export const accessCookie = '__Host-coagent';
export const refreshCookie = '__Host-coagent-refresh';

const attributes = { httpOnly: true, sameSite: 'lax', secure: true, path: '/', overwrite: true } as const;

export function setSessionCookies(ctx: HttpContext, grant: Grant): void {
  // Behind TLS termination Koa sees plain HTTP and would refuse; browsers take Secure cookies from localhost too.
  ctx.cookies.secure = true;
  ctx.cookies.set(accessCookie, grant.accessToken, { ...attributes, expires: grant.accessExpiresAt });
  ctx.cookies.set(refreshCookie, grant.refreshToken, { ...attributes, expires: grant.refreshExpiresAt });
}

export function clearSessionCookies(ctx: HttpContext): void {
  ctx.cookies.secure = true;
  ctx.cookies.set(accessCookie, null, attributes);
  ctx.cookies.set(refreshCookie, null, attributes);
}

/** Value of a cookie in a Cookie header; the first, when it is there twice. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
