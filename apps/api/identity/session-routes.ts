import { z } from 'zod';
import { ApiError } from '../http/problems';
import type { HttpContext } from '../http/context';
import { requireOrigin } from '../http/origin';
import { defineRoute, type Route } from '../http/route';
import type { ApiServices } from '../http/services';
import { recordAudit } from './audit';
import { cookieAnswer, refreshTokenText, tokenAnswer, tokenExample, toTokenAnswer } from './auth-schemas';
import { clearSessionCookies, readCookie, refreshCookie, setSessionCookies } from './cookies';
import { clientOf } from './client-of';
import type { Grant } from './sessions';

const tags = ['auth'] as const;

/** The refresh token a request shows: in the body, or else in the cookie, which needs an allowed origin. */
function shownRefreshToken(given: string | undefined, ctx: HttpContext, { identity }: ApiServices) {
  if (given !== undefined) return { value: given, inCookie: false };
  const value = readCookie(ctx.get('Cookie'), refreshCookie);
  if (value === undefined) return null;
  requireOrigin(identity, ctx);
  return { value, inCookie: true };
}

const refreshBody = {
  schema: z.strictObject({ refresh_token: refreshTokenText.optional() }),
  example: { refresh_token: 'Zk3…' },
};

const refresh = defineRoute(
  {
    method: 'POST',
    path: '/auth/refresh',
    summary: 'Exchange a refresh token',
    description:
      'Takes the refresh token from the body and answers with a new pair, or from the cookie and sets new cookies. A refresh token works once: ' +
      'one that comes back later ends the session. Within REFRESH_GRACE_SECONDS it counts as two tabs asking at once.',
    tags,
    auth: 'none',
    body: refreshBody,
    responses: {
      200: {
        description: 'A new pair: in the body for a token from the body, in cookies for one from the cookie.',
        schema: z.union([tokenAnswer, cookieAnswer]),
        example: tokenExample,
      },
    },
    errors: ['invalid_refresh_token', 'refresh_token_reused'],
  },
  async ({ body, ctx }, services) => {
    const shown = shownRefreshToken(body.refresh_token, ctx, services);
    if (shown === null)
      throw new ApiError('invalid_refresh_token', 'Send refresh_token in the body, or the session cookies.');
    const outcome = await services.identity.sessions.refresh(shown.value, clientOf(ctx));
    if (!outcome.ok) {
      if (shown.inCookie) clearSessionCookies(ctx);
      throw outcome.reason === 'reused'
        ? new ApiError(
            'refresh_token_reused',
            'This refresh token was exchanged before, so the session was ended. Sign in again.',
          )
        : new ApiError(
            'invalid_refresh_token',
            'The refresh token is unknown, expired or its session has ended. Sign in again.',
          );
    }
    return { status: 200, body: answerWith(outcome.grant, shown.inCookie, ctx) };
  },
);

function answerWith(grant: Grant, inCookie: boolean, ctx: HttpContext) {
  if (!inCookie) return toTokenAnswer(grant);
  setSessionCookies(ctx, grant);
  return { expiresAt: grant.accessExpiresAt.toISOString() };
}

const logout = defineRoute(
  {
    method: 'POST',
    path: '/auth/logout',
    summary: 'Sign out on this device',
    description:
      'Ends the session of the access token, or else of the refresh token in the body or the cookie, and clears the cookies.',
    tags,
    auth: 'none',
    body: refreshBody,
    responses: { 204: { description: 'Signed out, or was not signed in.' } },
    errors: [],
  },
  async ({ body, user, ctx }, services) => {
    const { sessions } = services.identity;
    const shown = user === null ? shownRefreshToken(body.refresh_token, ctx, services) : null;
    const session = user ?? (shown === null ? null : await sessions.ownerOf(shown.value));
    if (session !== null && (await sessions.revoke(session.sessionId, 'logout'))) {
      const target = ['session', session.sessionId] as const;
      await recordAudit(services.database, {
        action: 'logout',
        actorId: session.userId,
        target,
        address: ctx.ip,
      });
    }
    clearSessionCookies(ctx);
    return { status: 204 };
  },
);

const logoutAll = defineRoute(
  {
    method: 'POST',
    path: '/auth/logout-all',
    summary: 'Sign out on all devices',
    tags,
    auth: 'user',
    responses: {
      204: { description: 'Every session has ended; their access tokens stop working within two seconds.' },
    },
    errors: [],
  },
  async ({ user, ctx }, { identity, database }) => {
    const sessions = await identity.sessions.revokeAll(user.userId);
    await recordAudit(database, {
      action: 'logout_all',
      actorId: user.userId,
      data: { sessions },
      address: ctx.ip,
    });
    clearSessionCookies(ctx);
    return { status: 204 };
  },
);

const wsTicket = defineRoute(
  {
    method: 'POST',
    path: '/auth/ws-ticket',
    summary: 'A ticket for one WebSocket',
    description:
      'For clients that can send neither header nor cookie: open the WebSocket with `?ticket=` within 30 seconds. It works once.',
    tags,
    auth: 'user',
    responses: {
      200: {
        description: 'The ticket.',
        schema: z.object({ ticket: z.string(), expiresAt: z.iso.datetime() }),
        example: { ticket: 'b2V…', expiresAt: '2026-01-05T09:30:30.000Z' },
      },
    },
    errors: ['redis_unavailable'],
  },
  async ({ user }, { identity }) => {
    const { ticket, expiresAt } = await identity.tickets.issue(user);
    return { status: 200, body: { ticket, expiresAt: expiresAt.toISOString() } };
  },
);

/** Continuing and ending a session. */
export const sessionRoutes: readonly Route[] = [refresh, logout, logoutAll, wsTicket];
