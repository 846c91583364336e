import { Redis } from 'ioredis';

/**
 * Opens a connection for commands. While Redis is away, commands fail after three tries (about half a second) instead
 * of waiting without end, so that callers can say that it is away; the connection itself keeps trying for ever.
 * The caller listens for `error` events.
 */
export function createRedis(url: string): Redis {
  return new Redis(url, {
    maxRetriesPerRequest: 3,
    retryStrategy: (attempt) => Math.min(attempt * 50, 250),
    connectTimeout: 5000,
  });
}

/** Opens a connection for subscriptions: it re-subscribes by itself after each reconnect. */
export function createSubscriber(url: string): Redis {
  return new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(attempt * 50, 250),
    connectTimeout: 5000,
    autoResubscribe: true,
  });
}
