import type { Redis } from 'ioredis';
import type { Logger } from '../../../infra/logger/logger';
import type { Relay } from '../../../infra/relay/relay';
import { channelOf, decodeRelayMessage, pubSubChannel } from '../../../infra/relay/relay-wire';
import { createHubChannel, type HubChannel } from './hub-channel';

/** The relay does not answer: nobody can be let into a channel now. */
export class RelayAwayError extends Error {
  constructor(options?: ErrorOptions) {
    super('The relay does not answer.', options);
    this.name = 'RelayAwayError';
  }
}

export interface HubOptions {
  relay: Relay;
  /** A connection for subscriptions. Others may use it for other channels. */
  subscriber: Redis;
  logger: Logger;
  /** Interval at which losses that nothing else revealed are repaired. */
  repairSeconds: number;
  onReset: (channel: string) => void;
  onFrames: (channel: string, frames: readonly string[]) => void;
}

/** The channels that this process listens to: one subscription each, whatever the number of its sockets. */
export interface Hub {
  /**
   * Listens to a channel until it is released as often as it was acquired.
   * @throws RelayAwayError
   */
  acquire(channel: string): Promise<HubChannel>;
  release(channel: string): void;
  close(): void;
}

/** How long a subscription may take, in milliseconds. */
const subscribeMs = 3000;

interface Entry {
  users: number;
  opening: Promise<HubChannel>;
}

export function createHub(options: HubOptions): Hub {
  const { relay, subscriber, logger, repairSeconds, onReset, onFrames } = options;
  const entries = new Map<string, Entry>();
  /** Channels whose subscription stands. */
  const channels = new Map<string, HubChannel>();

  async function open(name: string): Promise<HubChannel> {
    await withinTime(subscriber.subscribe(pubSubChannel(name)));
    const start = await relay.position(name).catch((error: unknown) => {
      throw new RelayAwayError({ cause: error });
    });
    const channel = createHubChannel({
      start,
      recover: (since) => relay.recover(name, since),
      onReset: () => onReset(name),
      onFrames: (frames) => onFrames(name, frames),
    });
    channels.set(name, channel);
    // What was published between the two calls above came before the channel was there to take it.
    await channel.catchUp();
    return channel;
  }

  function drop(name: string, entry: Entry): void {
    if (entries.get(name) !== entry) return;
    entries.delete(name);
    channels.get(name)?.close();
    channels.delete(name);
    subscriber.unsubscribe(pubSubChannel(name)).catch((error: unknown) => {
      logger.debug({ err: error, channel: name }, 'Unsubscribing failed');
    });
  }

  /** Reads what the subscription may have missed. */
  async function repair(): Promise<void> {
    const results = await Promise.allSettled([...channels.values()].map((channel) => channel.catchUp()));
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed) logger.debug({ err: (failed as PromiseRejectedResult).reason }, 'Relay not read');
  }

  const onMessage = (pubSub: string, payload: string): void => {
    channels.get(channelOf(pubSub))?.receive(decodeRelayMessage(payload));
  };
  // The client subscribes again by itself, but only after this event: what is published in between would be missed.
  const onReady = (): void => {
    const names = [...entries.keys()].map(pubSubChannel);
    if (names.length === 0) return;
    subscriber
      .subscribe(...names)
      .then(repair)
      .catch((error: unknown) => logger.warn({ err: error }, 'Subscribing again failed'));
  };
  subscriber.on('message', onMessage);
  subscriber.on('ready', onReady);
  const timer = setInterval(() => void repair(), repairSeconds * 1000);

  return {
    async acquire(name) {
      let entry = entries.get(name);
      if (!entry) {
        entry = { users: 0, opening: open(name) };
        entries.set(name, entry);
      }
      entry.users += 1;
      try {
        return await entry.opening;
      } catch (error) {
        drop(name, entry);
        throw error;
      }
    },
    release(name) {
      const entry = entries.get(name);
      if (!entry) return;
      entry.users -= 1;
      if (entry.users === 0) drop(name, entry);
    },
    close() {
      clearInterval(timer);
      subscriber.off('message', onMessage);
      subscriber.off('ready', onReady);
      for (const channel of channels.values()) channel.close();
      entries.clear();
      channels.clear();
    },
  };
}

async function withinTime(promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RelayAwayError()), subscribeMs);
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
