import type { Database } from '../../../infra/database/client';

/** The person behind a session that goes on. */
export interface SessionUser {
  userId: string;
  name: string;
  email: string;
  superAdmin: boolean;
}

export interface SessionCache {
  /** null when the session was revoked or has expired, or the person is disabled. */
  find(sessionId: string): Promise<SessionUser | null>;
  forget(sessionIds: readonly string[]): void;
}

/**
 * An access token alone does not show that its session was revoked, so every request looks at the session. Postgres is
 * asked at most once in this time per session and process: a revocation elsewhere is seen within it.
 */
const maxAgeMs = 2000;
const maxEntries = 20_000;

export function createSessionCache(database: Database): SessionCache {
  const entries = new Map<string, { at: number; user: Promise<SessionUser | null> }>();

  async function read(sessionId: string): Promise<SessionUser | null> {
    const session = await database.session.findFirst({
      where: { id: sessionId, revokedAt: null, expiresAt: { gt: new Date() }, user: { disabledAt: null } },
      select: { user: { select: { id: true, name: true, email: true, superAdmin: true } } },
    });
    if (session === null) return null;
    const { id, ...user } = session.user;
    return { userId: id, ...user };
  }

  return {
    find(sessionId) {
      const entry = entries.get(sessionId);
      if (entry !== undefined && Date.now() - entry.at < maxAgeMs) return entry.user;
      const fresh = { at: Date.now(), user: read(sessionId) };
      entries.delete(sessionId);
      entries.set(sessionId, fresh);
      // A Map keeps the order of insertion, so the first entry is the oldest.
      const [oldest] = entries.keys();
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
      fresh.user.catch(() => {
        if (entries.get(sessionId) === fresh) entries.delete(sessionId);
      });
      return fresh.user;
    },
    forget: (sessionIds) => sessionIds.forEach((id) => entries.delete(id)),
  };
}
