import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { createRedis, createSubscriber } from '../../../infra/redis/client';
import { createRedisRelay } from '../../../infra/relay/redis-relay';
import { roomChannel, type Publication, type Relay } from '../../../infra/relay/relay';
import { decodeRelayMessage, pubSubChannel, type RelayMessage } from '../../../infra/relay/relay-wire';
import type { ChannelEvent } from '../../../workflows/contracts/events';

export interface RelayClient {
  relay: Relay;
  redis: Redis;
  readonly close: () => void;
}

/** A process that publishes. */
export function openRelay(url = process.env.REDIS_URL ?? '', streamLength = 1000): RelayClient {
  const redis = createRedis(url);
  redis.on('error', () => undefined); // Some tests kill the server.
  return { relay: createRedisRelay(redis, { streamLength }), redis, close: () => redis.disconnect() };
}

/** A process that listens: everything pub/sub brings, in order. */
export async function listen(
  channel: string,
  url = process.env.REDIS_URL ?? '',
): Promise<{ heard: RelayMessage[]; close: () => void }> {
  const subscriber = createSubscriber(url);
  const heard: RelayMessage[] = [];
  subscriber.on('message', (_: string, payload: string) => heard.push(decodeRelayMessage(payload)));
  await subscriber.subscribe(pubSubChannel(channel));
  return { heard, close: () => subscriber.disconnect() };
}

export const newChannel = (): string => roomChannel(randomUUID());

export const delta = (index: number, text = `text ${String(index)}`): ChannelEvent => ({
  type: 'message.delta',
  messageId: 'm',
  attempt: 1,
  index,
  text,
});

/** `[offset, index]` of deltas. */
export const placesOf = (publications: readonly Publication[]): [number, number][] =>
  publications.map(({ offset, frame }) => {
    const event = JSON.parse(frame) as { offset: number; index: number };
    expect(event.offset).toBe(offset);
    return [offset, event.index];
  });
