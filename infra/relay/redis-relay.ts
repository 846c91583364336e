import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { ChannelEvent } from '../../workflows/contracts/events';
import type { Position, Relay } from './relay';
import { publishScript, recoverScript, tailScript } from './relay-scripts';
import { encodeEphemeral, pubSubChannel, publicationsFrom } from './relay-wire';

export interface RedisRelayOptions {
  /** Events kept per channel; Redis trims in blocks, so up to a hundred more. */
  streamLength: number;
}

/** A channel that nobody wrote to or read for this long is forgotten: seven days, in seconds. */
const quietSeconds = 604_800;
/** Idempotency keys remembered per channel: far more than are published while a step is repeated. */
const keptKeys = 4096;

type Reply = [epoch: string, offset: number];

interface Scripts {
  relayPublish(...keysAndArgs: (string | number)[]): Promise<Reply>;
  relayRecover(
    ...keysAndArgs: (string | number)[]
  ): Promise<[...Reply, recovered: 0 | 1, ...events: string[]]>;
  relayTail(...keysAndArgs: (string | number)[]): Promise<[...Reply, ...events: string[]]>;
}

/**
 * The relay on Redis 6.2 or newer, or Valkey. `redis` is a connection for commands; it gets three commands of ours.
 * Calls fail as commands of `redis` do while it is away.
 */
export function createRedisRelay(redis: Redis, { streamLength }: RedisRelayOptions): Relay {
  redis.defineCommand('relayPublish', { numberOfKeys: 3, lua: publishScript });
  redis.defineCommand('relayRecover', { numberOfKeys: 3, lua: recoverScript });
  redis.defineCommand('relayTail', { numberOfKeys: 3, lua: tailScript });
  const scripts = redis as unknown as Scripts;

  return {
    publish(channel, events) {
      // The client sends a command again when its connection breaks before the reply.
      const batch = randomUUID();
      const marked = events.map((event, index) => [`${batch}/${index}`, event] as const);
      return write(channel, marked);
    },

    publishOnce(channel, entries) {
      const marked = entries.map(({ event, once }) => {
        const mark = typeof once === 'number' ? `#${once}` : once;
        return [mark, event] as const;
      });
      return write(channel, marked);
    },

    async publishEphemeral(channel, event) {
      await redis.publish(pubSubChannel(channel), encodeEphemeral(JSON.stringify(event)));
    },

    async position(channel) {
      const [epoch, offset] = await scripts.relayTail(...keysOf(channel), randomUUID(), quietSeconds, 0);
      return { epoch, offset };
    },

    async recover(channel, since) {
      const [epoch, offset, recovered, ...events] = await scripts.relayRecover(
        ...keysOf(channel),
        randomUUID(),
        quietSeconds,
        since.epoch,
        since.offset,
      );
      const position = { epoch, offset };
      if (recovered === 0) return { recovered: false, position };
      return { recovered: true, position, missed: publicationsFrom(since.offset + 1, events) };
    },

    async tail(channel, count) {
      const [epoch, offset, ...events] = await scripts.relayTail(
        ...keysOf(channel),
        randomUUID(),
        quietSeconds,
        count,
      );
      const newest = publicationsFrom(offset - events.length + 1, events.reverse());
      return { position: { epoch, offset }, newest };
    },
  };

  async function write(
    channel: string,
    marked: readonly (readonly [mark: string, event: ChannelEvent])[],
  ): Promise<Position> {
    const [epoch, offset] = await scripts.relayPublish(
      ...keysOf(channel),
      randomUUID(),
      quietSeconds,
      keptKeys,
      streamLength,
      pubSubChannel(channel),
      ...marked.flatMap(([mark, event]) => [mark, JSON.stringify(event)]),
    );
    return { epoch, offset };
  }
}

/** The braces keep a channel's keys on one node of a cluster. */
const keysOf = (channel: string): [meta: string, stream: string, keys: string] => [
  `relay:{${channel}}:meta`,
  `relay:{${channel}}:stream`,
  `relay:{${channel}}:keys`,
];
