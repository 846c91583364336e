import { randomBytes } from 'node:crypto';
import type { Prisma, User, Workspace } from '../../prisma/generated/client';

export interface NewUser {
  email: string;
  name: string;
  /** From `hashPassword`. */
  passwordHash: string;
  superAdmin?: boolean;
}

/** The form in which emails are stored and looked up. */
export const normaliseEmail = (email: string): string => email.trim().toLowerCase();

/**
 * Stores a person together with a personal workspace, of which they are the admin. Runs inside a transaction.
 * @throws Prisma P2002 when the email is registered already.
 */
export async function createUser(
  tx: Prisma.TransactionClient,
  { email, name, passwordHash, superAdmin = false }: NewUser,
): Promise<{ user: User; workspace: Workspace }> {
  const user = await tx.user.create({
    data: { email: normaliseEmail(email), name, passwordHash, superAdmin },
  });
  const workspace = await tx.workspace.create({
    data: {
      slug: personalSlug(name),
      name: `${name}’s workspace`,
      personal: true,
      memberships: { create: { userId: user.id, role: 'admin' } },
    },
  });
  return { user, workspace };
}

/** Readable, and random enough never to meet another: `ada-lovelace-k3v9x2p0`. */
export function personalSlug(name: string): string {
  const readable = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Mn}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  const random = BigInt(`0x${randomBytes(6).toString('hex')}`)
    .toString(36)
    .padStart(10, '0');
  return `${readable === '' ? 'workspace' : readable}-${random}`;
}
