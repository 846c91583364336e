import { createHash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Identity } from './identity';

/** Seconds within which a ticket has to be used. */
export const ticketSeconds = 30;

export interface Tickets {
  issue(identity: Identity): Promise<{ ticket: string; expiresAt: Date }>;
  /** Takes the ticket: it works once. */
  redeem(ticket: string): Promise<{ sessionId: string; expiresAt: Date } | null>;
}

/**
 * Single-use tickets for clients that can set neither header nor cookie on a WebSocket. A ticket stands for the session
 * it was asked with and opens a socket for as long as that access token lasts. Redis holds only its hash.
 */
export function createTickets(redis: Redis): Tickets {
  const keyOf = (ticket: string): string => `ws-ticket:${createHash('sha256').update(ticket).digest('hex')}`;
  return {
    async issue({ sessionId, expiresAt }) {
      const ticket = randomBytes(32).toString('base64url');
      await redis.set(keyOf(ticket), JSON.stringify([sessionId, expiresAt.getTime()]), 'EX', ticketSeconds);
      return { ticket, expiresAt: new Date(Date.now() + ticketSeconds * 1000) };
    },
    async redeem(ticket) {
      const stored = await redis.getdel(keyOf(ticket));
      if (stored === null) return null;
      const [sessionId, expiresAt] = JSON.parse(stored) as [string, number];
      return { sessionId, expiresAt: new Date(expiresAt) };
    },
  };
}
