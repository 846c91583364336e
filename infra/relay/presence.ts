import type { Redis } from 'ioredis';
import { presenceScript } from './presence-script';
import { pubSubChannel } from './relay-wire';

/** One connection of one person. */
export interface Presence {
  connectionId: string;
  userId: string;
  name: string;
}

export interface OnlineUser {
  userId: string;
  name: string;
}

/**
 * Who is connected to a channel, over all processes. A connection has to be entered again before `ttlSeconds` are
 * over, or it counts as gone: so those of a killed process disappear. People's first connection and last
 * disconnection are told to the channel as `presence` events.
 */
export interface Presences {
  /** Enters connections, or renews them. */
  enter(channel: string, connections: readonly Presence[]): Promise<void>;
  leave(channel: string, connection: Presence): Promise<void>;
  online(channel: string): Promise<OnlineUser[]>;
}

interface Scripts {
  relayPresence(...keysAndArgs: (string | number)[]): Promise<null>;
}

/** `redis` is a connection for commands; it gets a command of ours. */
export function createPresences(redis: Redis, { ttlSeconds }: { ttlSeconds: number }): Presences {
  redis.defineCommand('relayPresence', { numberOfKeys: 3, lua: presenceScript });
  const scripts = redis as unknown as Scripts;

  async function run(
    channel: string,
    action: 'enter' | 'leave',
    connections: readonly Presence[],
  ): Promise<void> {
    await scripts.relayPresence(
      ...keysOf(channel),
      action,
      ttlSeconds * 1000,
      pubSubChannel(channel),
      ...connections.flatMap(({ connectionId, userId, name }) => [
        connectionId,
        userId,
        JSON.stringify(name),
      ]),
    );
  }

  return {
    enter: (channel, connections) => run(channel, 'enter', connections),
    leave: (channel, connection) => run(channel, 'leave', [connection]),
    async online(channel) {
      const names = await redis.hgetall(keysOf(channel)[2]);
      return Object.entries(names).map(([userId, name]) => ({ userId, name: JSON.parse(name) as string }));
    },
  };
}

const keysOf = (channel: string): [connections: string, counts: string, names: string] => [
  `relay:{${channel}}:connections`,
  `relay:{${channel}}:users`,
  `relay:{${channel}}:names`,
];
