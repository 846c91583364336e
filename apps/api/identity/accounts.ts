import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Settings } from '../../../infra/config/settings';
import type { Database } from '../../../infra/database/client';
import { createUser, normaliseEmail } from '../../../infra/identity/create-user';
import type { User, Workspace } from '../../../prisma/generated/client';
import { createLimiter, retryAfterOf } from '../http/limits';
import { isUniqueViolation } from '../http/infra-errors';
import { addressGroup } from '../http/client-address';
import { ApiError } from '../http/problems';
import { recordAudit } from './audit';
import { createGate } from './password-gate';
import type { ClientInfo } from './sessions';

export interface Passwords {
  hash(password: string): Promise<string>;
  verify(passwordHash: string, password: string): Promise<boolean>;
}

export interface Accounts {
  /** @throws ApiError `email_taken` */
  register(
    account: { email: string; password: string; name: string },
    client: ClientInfo,
  ): Promise<{ user: User; workspace: Workspace }>;
  /**
   * The person with this email and password. Unknown email, wrong password and disabled person cannot be told apart,
   * neither by the answer nor by the work done.
   * @throws ApiError `invalid_credentials`, `sign_in_locked`
   */
  authenticate(credentials: { email: string; password: string }, client: ClientInfo): Promise<User>;
}

export interface AccountsOptions {
  database: Database;
  redis: Redis;
  settings: Settings;
  passwords: Passwords;
}

/** Both the window in which failures count and the time an account or address stays locked. */
const lockSeconds = 15 * 60;
/** An address may stand for a school or an office. */
const addressFactor = 5;
const hashesAtOnce = 2;
const hashesWaiting = 256;

export function createAccounts({ database, redis, settings, passwords }: AccountsOptions): Accounts {
  const gate = createGate(hashesAtOnce, hashesWaiting);
  const failures = (name: string, points: number) =>
    createLimiter({
      redis,
      name: `sign-in:${name}`,
      points,
      seconds: lockSeconds,
      blockSeconds: lockSeconds,
    });
  const byAccount = failures('account', settings.SIGN_IN_FAILURES);
  const byAddress = failures('address', settings.SIGN_IN_FAILURES * addressFactor);
  let dummyHash: Promise<string> | null = null;

  /**
   * Counts an attempt before it is judged, so that parallel guesses cannot slip through. Both counters go by what was
   * typed, not by what exists. @returns takes the attempt back after a success.
   */
  async function countAttempt(email: string, address: string): Promise<() => Promise<void>> {
    const account = createHash('sha256').update(email).digest('hex');
    const group = addressGroup(address);
    try {
      await byAddress.consume(group);
      await byAccount.consume(account);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const retryAfter = retryAfterOf(refusal);
      throw new ApiError('sign_in_locked', `Too many failed sign-ins. Try again in ${retryAfter} s.`, {
        retryAfter,
      });
    }
    return async () => {
      await Promise.all([byAccount.delete(account), byAddress.reward(group)]);
    };
  }

  return {
    async register({ email, password, name }, { address }) {
      const passwordHash = await gate(() => passwords.hash(password));
      try {
        return await database.$transaction(async (tx) => {
          const created = await createUser(tx, { email, name, passwordHash });
          const { user, workspace } = created;
          await recordAudit(tx, {
            action: 'register',
            actorId: user.id,
            workspaceId: workspace.id,
            target: ['user', user.id],
            address,
          });
          return created;
        });
      } catch (error) {
        if (isUniqueViolation(error))
          throw new ApiError('email_taken', 'This email is registered already.', { cause: error });
        throw error;
      }
    },

    async authenticate({ email: typed, password }, { address }) {
      const email = normaliseEmail(typed);
      const user = await database.user.findUnique({ where: { email } });
      // Counting happens inside the gate: a crowd that signs in at once waits there instead of filling the counter.
      const right = await gate(async () => {
        const takeBack = await countAttempt(email, address);
        dummyHash ??= passwords.hash('a password nobody has');
        const matches = await passwords.verify(user?.passwordHash ?? (await dummyHash), password);
        const accepted = matches && user !== null && user.disabledAt === null;
        if (accepted) await takeBack();
        return accepted;
      });
      if (right && user !== null) return user;
      await recordAudit(database, {
        action: 'sign_in_failed',
        actorId: user?.id ?? null,
        data: { email },
        address,
      });
      throw new ApiError('invalid_credentials', 'The email or the password is wrong.');
    },
  };
}
