import type { IncomingMessage } from 'node:http';
import type { Redis } from 'ioredis';
import type { Settings } from '../../../infra/config/settings';
import type { Database } from '../../../infra/database/client';
import { hashPassword, verifyPassword } from '../../../infra/identity/passwords';
import { createSigningKeys } from '../../../infra/identity/signing-keys';
import type { Logger } from '../../../infra/logger/logger';
import type { SecretBox } from '../../../infra/secrets/secret-box';
import { createAccessTokens } from './access-tokens';
import { createAccounts, type Accounts, type Passwords } from './accounts';
import { accessCookie, readCookie } from './cookies';
import type { Identity } from './identity';
import { createOriginCheck } from './origins';
import { createSessionCache } from './session-cache';
import { createSessions, type Sessions } from './sessions';
import { createTickets, type Tickets } from './tickets';

/** Who is behind a request, and everything that makes and ends such knowledge. */
export interface IdentityService {
  /**
   * Reads `Authorization: Bearer`, else (only when `ticket` is asked for, by WebSocket upgrades) the single-use
   * `?ticket=`, else the session cookie. The first that is there decides, even if a valid one follows.
   * @returns null when nothing is shown, or what is shown is not valid (any more).
   */
  identify(request: IncomingMessage, options?: { ticket?: boolean }): Promise<Identity | null>;
  /** Whether the session goes on and the person is not disabled. At most two seconds behind the record. */
  stillValid(identity: Identity): Promise<boolean>;
  /** Whether a page of this origin may act with the session cookie of a request sent to this host. */
  originAllowed(origin: string | undefined, host: string | undefined): boolean;
  accounts: Accounts;
  sessions: Sessions;
  tickets: Tickets;
}

export interface IdentityOptions {
  settings: Settings;
  database: Database;
  redis: Redis;
  secrets: SecretBox;
  logger: Logger;
  /** How passwords are hashed and checked. Default: argon2id. */
  passwords?: Passwords;
}

const argon2id: Passwords = { hash: hashPassword, verify: verifyPassword };

export function createIdentityService(options: IdentityOptions): IdentityService {
  const { settings, database, redis, secrets, logger, passwords = argon2id } = options;
  const keys = createSigningKeys({ database, secrets, logger, tokenSeconds: settings.ACCESS_TOKEN_SECONDS });
  const accessTokens = createAccessTokens(keys, settings.ACCESS_TOKEN_SECONDS);
  const cache = createSessionCache(database);
  const tickets = createTickets(redis);
  const sessions = createSessions({
    database,
    accessTokens,
    refreshDays: settings.REFRESH_TOKEN_DAYS,
    graceSeconds: settings.REFRESH_GRACE_SECONDS,
    onRevoked: (sessionIds) => cache.forget(sessionIds),
  });

  async function ofSession(
    sessionId: string,
    expiresAt: Date,
    via: Identity['via'],
  ): Promise<Identity | null> {
    const user = await cache.find(sessionId);
    return user === null ? null : { ...user, sessionId, expiresAt, via };
  }

  async function ofToken(token: string, via: 'bearer' | 'cookie'): Promise<Identity | null> {
    const verified = await accessTokens.verify(token);
    const identity = verified === null ? null : await ofSession(verified.sessionId, verified.expiresAt, via);
    return identity?.userId === verified?.userId ? identity : null;
  }

  async function ofTicket(ticket: string): Promise<Identity | null> {
    const redeemed = await tickets.redeem(ticket);
    if (redeemed === null || redeemed.expiresAt.getTime() <= Date.now()) return null;
    return ofSession(redeemed.sessionId, redeemed.expiresAt, 'ticket');
  }

  return {
    async identify({ headers, url }, { ticket = false } = {}) {
      const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
      if (bearer !== undefined) return ofToken(bearer, 'bearer');
      const shown = ticket ? new URLSearchParams(url?.split('?')[1]).get('ticket') : null;
      if (shown !== null) return ofTicket(shown);
      const cookie = readCookie(headers.cookie, accessCookie);
      return cookie === undefined ? null : ofToken(cookie, 'cookie');
    },
    stillValid: async ({ sessionId }) => (await cache.find(sessionId)) !== null,
    originAllowed: createOriginCheck(settings.PUBLIC_URL, settings.ALLOWED_ORIGINS),
    accounts: createAccounts({ database, redis, settings, passwords }),
    sessions,
    tickets,
  };
}
