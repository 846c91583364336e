import { z } from 'zod';
import type { HttpContext } from '../http/context';
import { requireOrigin } from '../http/origin';
import { defineRoute, type Route } from '../http/route';
import type { ApiServices } from '../http/services';
import { recordAudit } from './audit';
import {
  anyPassword,
  cookieExample,
  email,
  membershipExample,
  membershipView,
  newPassword,
  personName,
  tokenAnswer,
  tokenExample,
  toTokenAnswer,
  toUserView,
  userExample,
  userView,
} from './auth-schemas';
import { setSessionCookies } from './cookies';
import { clientOf } from './client-of';

const tags = ['auth'] as const;
const exampleCredentials = { email: 'ada@example.org', password: 'correct horse battery staple' };

async function signIn(
  credentials: { email: string; password: string },
  ctx: HttpContext,
  { identity, database }: ApiServices,
) {
  const client = clientOf(ctx);
  const user = await identity.accounts.authenticate(credentials, client);
  const grant = await identity.sessions.open(user.id, client);
  await recordAudit(database, {
    action: 'sign_in',
    actorId: user.id,
    target: ['session', grant.sessionId],
    address: client.address,
  });
  return { user, grant };
}

const register = defineRoute(
  {
    method: 'POST',
    path: '/auth/register',
    summary: 'Register',
    description: 'Makes a person and a personal workspace. It does not sign in.',
    tags,
    auth: 'none',
    idempotent: true,
    body: {
      schema: z.strictObject({ email, password: newPassword, name: personName }),
      example: { ...exampleCredentials, name: 'Ada Lovelace' },
    },
    responses: {
      201: {
        description: 'Registered.',
        schema: z.object({ user: userView, workspace: membershipView }),
        example: { user: userExample, workspace: membershipExample },
      },
    },
    errors: ['email_taken', 'overloaded'],
  },
  async ({ body, ctx }, { identity }) => {
    const { user, workspace } = await identity.accounts.register(body, clientOf(ctx));
    const { id: workspaceId, slug, name, personal } = workspace;
    return {
      status: 201,
      body: {
        user: toUserView(user),
        workspace: { workspaceId, slug, name, personal, role: 'admin' as const },
      },
    };
  },
);

const token = defineRoute(
  {
    method: 'POST',
    path: '/auth/token',
    summary: 'Sign in as a program',
    description: 'OAuth2 password grant: the tokens are in the answer, no cookie is set.',
    tags,
    auth: 'none',
    body: {
      type: 'form',
      schema: z.strictObject({
        grant_type: z.literal('password'),
        username: email,
        password: anyPassword,
        scope: z.string().max(1000).optional().meta({ description: 'Taken and ignored.' }),
        client_id: z.string().max(200).optional().meta({ description: 'Taken and ignored.' }),
        client_secret: z.string().max(200).optional().meta({ description: 'Taken and ignored.' }),
      }),
      example: {
        grant_type: 'password',
        username: exampleCredentials.email,
        password: exampleCredentials.password,
      },
    },
    responses: { 200: { description: 'Signed in.', schema: tokenAnswer, example: tokenExample } },
    errors: ['invalid_credentials', 'sign_in_locked', 'overloaded'],
  },
  async ({ body, ctx }, services) => {
    const { grant } = await signIn({ email: body.username, password: body.password }, ctx, services);
    return { status: 200, body: toTokenAnswer(grant) };
  },
);

const login = defineRoute(
  {
    method: 'POST',
    path: '/auth/login',
    summary: 'Sign in as a page',
    description:
      'The tokens are in HttpOnly cookies only. A request from a page must come from an allowed origin.',
    tags,
    auth: 'none',
    body: { schema: z.strictObject({ email, password: anyPassword }), example: exampleCredentials },
    responses: {
      200: {
        description: 'Signed in; `expiresAt` is when to refresh at the latest.',
        schema: z.object({ user: userView, expiresAt: z.iso.datetime() }),
        example: { user: userExample, ...cookieExample },
      },
    },
    errors: ['invalid_credentials', 'sign_in_locked', 'overloaded'],
  },
  async ({ body, ctx }, services) => {
    // Against signing a visitor in to somebody else's account from another site.
    if (ctx.get('Origin') !== '') requireOrigin(services.identity, ctx);
    const { user, grant } = await signIn(body, ctx, services);
    setSessionCookies(ctx, grant);
    return { status: 200, body: { user: toUserView(user), expiresAt: grant.accessExpiresAt.toISOString() } };
  },
);

const me = defineRoute(
  {
    method: 'GET',
    path: '/auth/me',
    summary: 'Who am I?',
    tags,
    auth: 'user',
    responses: {
      200: {
        description: 'The person and their workspaces.',
        schema: z.object({ user: userView, memberships: z.array(membershipView) }),
        example: { user: userExample, memberships: [membershipExample] },
      },
    },
    errors: [],
  },
  async ({ user }, { database }) => {
    const { memberships, ...person } = await database.user.findUniqueOrThrow({
      where: { id: user.userId },
      include: { memberships: { include: { workspace: true }, orderBy: { workspaceId: 'asc' } } },
    });
    return {
      status: 200,
      body: {
        user: toUserView(person),
        memberships: memberships.map(({ workspace: { id, slug, name, personal }, role }) => ({
          workspaceId: id,
          slug,
          name,
          personal,
          role,
        })),
      },
    };
  },
);

/** Making and reading an identity. */
export const accountRoutes: readonly Route[] = [register, token, login, me];
