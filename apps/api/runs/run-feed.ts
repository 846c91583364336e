import type { Redis } from 'ioredis';
import type { Database } from '../../../infra/database/client';
import type { Logger } from '../../../infra/logger/logger';
import { runChannel } from '../../../infra/relay/relay';
import { channelOf, decodeRelayMessage, pubSubChannel } from '../../../infra/relay/relay-wire';

/** Something to tell the follower of a run. */
export type FeedItem =
  /** `frame`: JSON of the event with its seq and time. */
  | { kind: 'event'; seq: number; type: string; frame: string }
  /** Told while it happens only. */
  | { kind: 'ephemeral'; type: string; frame: string }
  /** Nothing has happened for a while. */
  | { kind: 'idle' };

/**
 * What happens in runs, live. The order is that of the record in Postgres; Redis only says that there is something new,
 * so a message that it loses delays events by `pollSeconds` and loses none.
 */
export interface RunFeed {
  /**
   * Events after `after`, in order, each once, with ephemerals in between. Ends when the run has ended and all is told,
   * when the run is deleted, and when the process stops.
   */
  follow(runId: string, after: number): AsyncGenerator<FeedItem, void>;
  /** Ends every `follow`. */
  close(): void;
}

export interface RunFeedOptions {
  database: Database;
  /** For subscriptions. */
  subscriber: Redis;
  logger: Logger;
  /** Longest time between two looks at the record. Default 5. */
  pollSeconds?: number;
}

/** Events that are read at once. */
const pageSize = 200;
/** Ephemerals that wait for a slow follower; more are dropped. */
const maxEphemerals = 500;

interface Follower {
  ephemerals: FeedItem[];
  /** There may be more in the record. */
  stale: boolean;
  wake: () => void;
}

interface Page {
  /** The run has no more events than these. */
  last: boolean;
  events: Extract<FeedItem, { kind: 'event' }>[];
}

export function createRunFeed(options: RunFeedOptions): RunFeed {
  const { database, subscriber, logger, pollSeconds = 5 } = options;
  const followers = new Map<string, Set<Follower>>();
  const reading = new Map<string, Promise<Page>>();
  let closed = false;
  const isClosed = (): boolean => closed;

  const onMessage = (channel: string, payload: string): void => {
    const ofRun = followers.get(channelOf(channel));
    const message = ofRun && decodeRelayMessage(payload);
    if (message?.kind !== 'ephemeral') return;
    const { frame } = message;
    const { type } = JSON.parse(frame) as { type: string };
    for (const follower of ofRun ?? []) {
      if (type === 'run.changed') follower.stale = true;
      else if (follower.ephemerals.length < maxEphemerals)
        follower.ephemerals.push({ kind: 'ephemeral', type, frame });
      follower.wake();
    }
  };
  subscriber.on('message', onMessage);

  function join(name: string, follower: Follower): void {
    const ofRun = followers.get(name);
    if (ofRun) {
      ofRun.add(follower);
      return;
    }
    followers.set(name, new Set([follower]));
    subscriber.subscribe(pubSubChannel(name)).catch((error: unknown) => {
      logger.debug({ err: error, channel: name }, 'A run is followed by looking only');
    });
  }

  function leave(name: string, follower: Follower): void {
    const ofRun = followers.get(name);
    ofRun?.delete(follower);
    if (ofRun?.size !== 0) return;
    followers.delete(name);
    subscriber.unsubscribe(pubSubChannel(name)).catch((error: unknown) => {
      logger.debug({ err: error, channel: name }, 'Unsubscribing failed');
    });
  }

  /** Those who follow a run from the same place read it together. */
  function read(runId: string, after: number): Promise<Page> {
    const key = `${runId}/${String(after)}`;
    const under = reading.get(key);
    if (under) return under;
    const page = readPage(database, runId, after).finally(() => reading.delete(key));
    reading.set(key, page);
    return page;
  }

  function wait(follower: Follower): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), pollSeconds * 1000);
      follower.wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  async function* follow(runId: string, after: number): AsyncGenerator<FeedItem, void> {
    const name = runChannel(runId);
    const follower: Follower = { ephemerals: [], stale: true, wake: () => undefined };
    let position = after;
    join(name, follower);
    try {
      while (!isClosed()) {
        if (follower.stale) {
          follower.stale = false;
          const { events, last } = await read(runId, position);
          for (const event of events) {
            position = event.seq;
            yield event;
          }
          if (last) return;
          if (events.length === pageSize) follower.stale = true;
        }
        yield* follower.ephemerals.splice(0);
        if (follower.stale || follower.ephemerals.length > 0 || isClosed()) continue;
        if (!(await wait(follower))) {
          follower.stale = true;
          yield { kind: 'idle' };
        }
      }
    } finally {
      leave(name, follower);
    }
  }

  return {
    follow,
    close() {
      closed = true;
      subscriber.off('message', onMessage);
      for (const ofRun of followers.values()) for (const follower of ofRun) follower.wake();
    },
  };
}

async function readPage(database: Database, runId: string, after: number): Promise<Page> {
  // The run first: what it counts is then among the events that are read next.
  const run = await database.run.findUnique({
    where: { id: runId },
    select: { endedAt: true, lastEventSeq: true },
  });
  const rows = await database.runEvent.findMany({
    where: { runId, seq: { gt: after } },
    orderBy: { seq: 'asc' },
    take: pageSize,
  });
  const reached = rows.at(-1)?.seq ?? after;
  return {
    last: run === null || (run.endedAt !== null && reached >= run.lastEventSeq),
    events: rows.map(({ seq, type, data, at }) => ({
      kind: 'event',
      seq,
      type,
      frame: JSON.stringify({ ...(data as object), type, seq, at: at.toISOString() }),
    })),
  };
}
