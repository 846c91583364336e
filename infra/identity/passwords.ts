import { hash, verify } from '@node-rs/argon2';

/** Length of a password in characters. No rule on its composition: NIST SP 800-63B. */
export const passwordLength = { min: 8, max: 200 } as const;

/** argon2id with the first parameters that OWASP recommends: 19 MiB of memory, 2 passes, 1 lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** argon2id hash in PHC form. Takes some 30 ms of one core and 19 MiB. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalised(password), cost);
}

export function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return verify(passwordHash, normalised(password));
}

/** The same characters typed on different keyboards and systems are the same password. */
const normalised = (password: string): string => password.normalize('NFKC');
