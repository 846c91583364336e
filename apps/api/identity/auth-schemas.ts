import { z } from 'zod';
import { passwordLength } from '../../../infra/identity/passwords';
import type { User } from '../../../prisma/generated/client';
import { WorkspaceRole } from '../../../prisma/generated/enums';
import { memberName } from '../http/name-fields';
import type { Grant } from './sessions';

const exampleId = '0197d6a2-6f5c-7c3e-9d53-0f3a5b1c2d4e';

export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('must be an email address'))
  .meta({ type: 'string', format: 'email', maxLength: 254, example: 'ada@example.org' });

export const newPassword = z
  .string()
  .min(passwordLength.min)
  .max(passwordLength.max)
  .meta({ format: 'password', example: 'correct horse battery staple' });

/** When signing in, no rule but a bound: rules may have been others when it was chosen. */
export const anyPassword = z
  .string()
  .min(1)
  .max(1024)
  .meta({ format: 'password', example: 'correct horse battery staple' });

export const personName = memberName.meta({ example: 'Ada Lovelace' });

export const refreshTokenText = z.string().min(1).max(200).meta({ example: 'Zk3…' });

export const userView = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    superAdmin: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'User' });

export const toUserView = ({
  id,
  email: address,
  name,
  superAdmin,
  createdAt,
}: User): z.input<typeof userView> => ({
  id,
  email: address,
  name,
  superAdmin,
  createdAt: createdAt.toISOString(),
});

export const userExample = {
  id: exampleId,
  email: 'ada@example.org',
  name: 'Ada Lovelace',
  superAdmin: false,
  createdAt: '2026-01-05T09:30:00.000Z',
};

export const membershipView = z
  .object({
    workspaceId: z.uuid(),
    slug: z.string(),
    name: z.string(),
    personal: z.boolean(),
    role: z.enum(WorkspaceRole),
  })
  .meta({ id: 'Membership' });

export const membershipExample = {
  workspaceId: exampleId,
  slug: 'ada-lovelace-k3v9x2p0ab',
  name: 'Ada Lovelace’s workspace',
  personal: true,
  role: 'admin',
};

/** RFC 6749, section 5.1. */
export const tokenAnswer = z
  .object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.int().meta({ description: 'Seconds.' }),
    refresh_token: z.string(),
  })
  .meta({ id: 'TokenAnswer' });

export const toTokenAnswer = (grant: Grant): z.input<typeof tokenAnswer> => ({
  access_token: grant.accessToken,
  token_type: 'bearer',
  expires_in: Math.max(0, Math.round((grant.accessExpiresAt.getTime() - Date.now()) / 1000)),
  refresh_token: grant.refreshToken,
});

export const tokenExample = {
  access_token: 'eyJhbGciOiJFZERTQSIsImtpZCI6Ij…',
  token_type: 'bearer',
  expires_in: 900,
  refresh_token: 'Zk3…',
};

/** Answer to a client that holds its tokens in cookies. */
export const cookieAnswer = z.object({ expiresAt: z.iso.datetime() }).meta({ id: 'CookieAnswer' });
export const cookieExample = { expiresAt: '2026-01-05T09:45:00.000Z' };
