import type { Database } from '../../../infra/database/client';
import type { Logger } from '../../../infra/logger/logger';
import type { Presences } from '../../../infra/relay/presence';
import { roomChannel } from '../../../infra/relay/relay';
import { closeCodes } from '../../../workflows/contracts/events';
import type { Connection, Connections } from './connection';
import type { Greeter } from './greeter';
import type { Hub } from './hub';
import { presenceOf } from './room-socket';
import { checkStanding } from './standing-check';

export interface UpkeepOptions {
  connections: Connections;
  hub: Hub;
  greeter: Greeter;
  presences: Presences;
  database: Database;
  logger: Logger;
  pingSeconds: number;
  presenceSeconds: number;
  standingSeconds: number;
}

/** What open connections need from time to time. */
export interface Upkeep {
  /** Tells everybody in a room, whose channel began anew, to read history; tries until it works. */
  greetAgain(roomId: string): void;
  stop(): void;
}

/** Wait before another attempt to greet a room, in milliseconds. */
const retryMs = 1000;

export function createUpkeep(options: UpkeepOptions): Upkeep {
  const { connections, hub, greeter, presences, database, logger } = options;
  const { pingSeconds, presenceSeconds, standingSeconds } = options;
  let stopped = false;

  /** A peer that missed the last ping is gone, or might as well be. */
  function ping(): void {
    for (const connection of connections.all()) {
      if (connection.alive) {
        connection.alive = false;
        connection.ping();
      } else connection.writer.close(closeCodes.noPong, 'No pong');
    }
  }

  function renewPresence(): void {
    for (const roomId of connections.rooms()) {
      presences
        .enter(roomChannel(roomId), connections.ofRoom(roomId).map(presenceOf))
        .catch((error: unknown) => logger.debug({ err: error, roomId }, 'Presence not renewed'));
    }
  }

  function check(some: readonly Connection[]): void {
    checkStanding(database, some).catch((error: unknown) =>
      logger.warn({ err: error }, 'Rights of open WebSockets not checked'),
    );
  }

  async function greetLost(roomId: string): Promise<void> {
    const channel = roomChannel(roomId);
    const hubChannel = await hub.acquire(channel);
    try {
      await greeter.greet(hubChannel, roomId, connections.ofRoom(roomId), 'lost');
    } finally {
      hub.release(channel);
    }
  }

  function greetAgain(roomId: string): void {
    if (stopped || connections.ofRoom(roomId).length === 0) return;
    greetLost(roomId).then(
      // What was lost may have said that somebody has left.
      () => check(connections.ofRoom(roomId)),
      (error: unknown) => {
        logger.warn({ err: error, roomId }, 'A room could not be greeted again');
        setTimeout(() => greetAgain(roomId), retryMs).unref();
      },
    );
  }

  const timers = [
    setInterval(ping, pingSeconds * 1000),
    setInterval(renewPresence, presenceSeconds * 1000),
    setInterval(() => check(connections.all()), standingSeconds * 1000),
  ];
  return {
    greetAgain,
    stop() {
      stopped = true;
      timers.forEach((timer) => clearInterval(timer));
    },
  };
}
