import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../../../infra/database/client';
import type { Prisma } from '../../../prisma/generated/client';
import type { AccessTokens } from './access-tokens';
import { recordAudit } from './audit';

/** Where a sign-in comes from, as far as the request tells. */
export interface ClientInfo {
  address: string;
  userAgent: string | null;
}

/** What a client holds after a sign-in or refresh. */
export interface Grant {
  userId: string;
  sessionId: string;
  accessToken: string;
  accessExpiresAt: Date;
  refreshToken: string;
  refreshExpiresAt: Date;
}

export type RefreshOutcome = { ok: true; grant: Grant } | { ok: false; reason: 'invalid' | 'reused' };

export interface Sessions {
  open(userId: string, client: ClientInfo): Promise<Grant>;
  /**
   * Exchanges a refresh token for a new pair. One that was exchanged before ends the whole session, unless that was
   * within the grace period: then two tabs have asked at once, and both get a valid pair.
   */
  refresh(refreshToken: string, client: ClientInfo): Promise<RefreshOutcome>;
  /** Ends a session; does nothing when it has ended. @returns whether it went on until now. */
  revoke(sessionId: string, by: 'logout' | 'logout_all' | 'reuse'): Promise<boolean>;
  /** Ends all sessions of a person. @returns how many went on until now. */
  revokeAll(userId: string): Promise<number>;
  /** Removes sessions and tokens that expired a week ago or earlier. */
  purge(): Promise<void>;
  /** The session and person that a refresh token belongs to, if it was ever issued. */
  ownerOf(refreshToken: string): Promise<{ sessionId: string; userId: string } | null>;
}

export interface SessionsOptions {
  database: Database;
  accessTokens: AccessTokens;
  /** Days without use after which a sign-in ends. */
  refreshDays: number;
  graceSeconds: number;
  /** Called with the sessions that were revoked here, so that this process knows at once. */
  onRevoked: (sessionIds: readonly string[]) => void;
}

interface LockedToken {
  id: string;
  rotatedAt: Date | null;
  expired: boolean;
  withinGrace: boolean;
  sessionId: string;
  userId: string;
}

const keptAfterExpiryMs = 7 * 86_400_000;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

export function createSessions(options: SessionsOptions): Sessions {
  const { database, accessTokens, refreshDays, graceSeconds, onRevoked } = options;
  const refreshExpiry = (): Date => new Date(Date.now() + refreshDays * 86_400_000);

  /** 256 random bits; only their hash is stored. */
  async function addRefreshToken(
    tx: Prisma.TransactionClient,
    sessionId: string,
    expiresAt: Date,
  ): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await tx.refreshToken.create({ data: { sessionId, tokenHash: hashOf(token), expiresAt } });
    return token;
  }

  async function grantFor(
    of: { userId: string; sessionId: string },
    refreshToken: string,
    refreshExpiresAt: Date,
  ): Promise<Grant> {
    const { token, expiresAt } = await accessTokens.issue(of);
    return { ...of, accessToken: token, accessExpiresAt: expiresAt, refreshToken, refreshExpiresAt };
  }

  /** Locks the session's row, so that parallel refreshes of one session happen one after the other. */
  async function lock(tx: Prisma.TransactionClient, tokenHash: string): Promise<LockedToken | null> {
    const [session] = await tx.$queryRaw<{ id: string; userId: string }[]>`
      SELECT s.id, s.user_id AS "userId" FROM sessions s
      JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL
      WHERE s.id = (SELECT session_id FROM refresh_tokens WHERE token_hash = ${tokenHash})
        AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp()
      FOR UPDATE OF s`;
    if (session === undefined) return null;
    // A statement of its own: it must see what the one that held the lock before has written.
    const [token] = await tx.$queryRaw<Omit<LockedToken, 'sessionId' | 'userId'>[]>`
      SELECT id, rotated_at AS "rotatedAt", expires_at <= clock_timestamp() AS expired,
             rotated_at > clock_timestamp() - make_interval(secs => ${graceSeconds}::int) AS "withinGrace"
      FROM refresh_tokens WHERE token_hash = ${tokenHash}`;
    return token === undefined ? null : { ...token, sessionId: session.id, userId: session.userId };
  }

  return {
    async open(userId, { address, userAgent }) {
      const expiresAt = refreshExpiry();
      const { sessionId, refreshToken } = await database.$transaction(async (tx) => {
        const session = await tx.session.create({ data: { userId, expiresAt, address, userAgent } });
        return { sessionId: session.id, refreshToken: await addRefreshToken(tx, session.id, expiresAt) };
      });
      return grantFor({ userId, sessionId }, refreshToken, expiresAt);
    },

    async refresh(refreshToken, client) {
      const expiresAt = refreshExpiry();
      const outcome = await database.$transaction(async (tx) => {
        const token = await lock(tx, hashOf(refreshToken));
        if (token === null || token.expired) return { reason: 'invalid' as const };
        const { sessionId, userId } = token;
        if (token.rotatedAt !== null && !token.withinGrace) {
          await tx.session.update({
            where: { id: sessionId },
            data: { revokedAt: new Date(), revokedBy: 'reuse' },
          });
          await recordAudit(tx, {
            action: 'refresh_reused',
            actorId: userId,
            target: ['session', sessionId],
            address: client.address,
          });
          return { reason: 'reused' as const, sessionId };
        }
        if (token.rotatedAt === null) {
          await tx.$executeRaw`UPDATE refresh_tokens SET rotated_at = clock_timestamp() WHERE id = ${token.id}::uuid`;
        }
        await tx.session.update({ where: { id: sessionId }, data: { expiresAt } });
        return {
          reason: undefined,
          sessionId,
          userId,
          next: await addRefreshToken(tx, sessionId, expiresAt),
        };
      });
      if (outcome.reason === undefined) {
        const { sessionId, userId, next } = outcome;
        return { ok: true, grant: await grantFor({ userId, sessionId }, next, expiresAt) };
      }
      if (outcome.reason === 'reused') onRevoked([outcome.sessionId]);
      return { ok: false, reason: outcome.reason };
    },

    async revoke(sessionId, by) {
      const { count } = await database.session.updateMany({
        where: { id: sessionId, revokedAt: null },
        data: { revokedAt: new Date(), revokedBy: by },
      });
      onRevoked([sessionId]);
      return count > 0;
    },

    async revokeAll(userId) {
      const revoked = await database.session.updateManyAndReturn({
        where: { userId, revokedAt: null, expiresAt: { gt: new Date() } },
        data: { revokedAt: new Date(), revokedBy: 'logout_all' },
        select: { id: true },
      });
      onRevoked(revoked.map(({ id }) => id));
      return revoked.length;
    },

    async purge() {
      const before = new Date(Date.now() - keptAfterExpiryMs);
      await database.session.deleteMany({ where: { expiresAt: { lt: before } } });
      await database.refreshToken.deleteMany({ where: { expiresAt: { lt: before } } });
    },

    async ownerOf(refreshToken) {
      const found = await database.refreshToken.findUnique({
        where: { tokenHash: hashOf(refreshToken) },
        select: { sessionId: true, session: { select: { userId: true } } },
      });
      return found && { sessionId: found.sessionId, userId: found.session.userId };
    },
  };
}
