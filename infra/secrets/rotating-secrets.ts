import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { SecretBox } from './secret-box';

/** A secret as it is stored; several are valid at once while they are exchanged. */
const storedSecret = z.object({
  id: z.string(),
  /** `SecretBox.seal`, for the purpose `webhook_secret:{id}`. */
  sealed: z.string(),
  createdAt: z.string(),
  /** ISO 8601; null: it is the current one. */
  expiresAt: z.string().nullable(),
});
export type StoredSecret = z.infer<typeof storedSecret>;

export const storedSecrets = z.array(storedSecret);

/** Prefix of secrets by the Standard Webhooks specification; base64 of 32 bytes follows. */
const prefix = 'whsec_';

const purpose = (id: string): string => `webhook_secret:${id}`;

/** @returns a new secret, which is shown once, and how it is stored. */
export function newSecret(box: SecretBox, now: Date): { secret: string; stored: StoredSecret } {
  const id = randomUUID();
  const secret = prefix + randomBytes(32).toString('base64');
  return {
    secret,
    stored: { id, sealed: box.seal(secret, purpose(id)), createdAt: now.toISOString(), expiresAt: null },
  };
}

/** Adds a secret, and lets the others expire `graceSeconds` from now at the latest; those that have expired go. */
export function rotateSecrets(
  known: readonly StoredSecret[],
  fresh: StoredSecret,
  now: Date,
  graceSeconds: number,
): StoredSecret[] {
  const latest = new Date(now.getTime() + graceSeconds * 1000).toISOString();
  const kept = validSecrets(known, now).map((secret) => ({
    ...secret,
    expiresAt: secret.expiresAt !== null && secret.expiresAt < latest ? secret.expiresAt : latest,
  }));
  return [fresh, ...kept];
}

/** Those that have not expired, newest first. */
export const validSecrets = (known: readonly StoredSecret[], now: Date): StoredSecret[] =>
  known.filter(({ expiresAt }) => expiresAt === null || expiresAt > now.toISOString());

/** @throws SecretBoxError */
export const openSecret = (box: SecretBox, { id, sealed }: StoredSecret): string =>
  box.open(sealed, purpose(id));
