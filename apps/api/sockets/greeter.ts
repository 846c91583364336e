import type { Database } from '../../../infra/database/client';
import type { OnlineUser, Presences } from '../../../infra/relay/presence';
import { roomChannel, type Position, type Publication, type Relay } from '../../../infra/relay/relay';
import { closeCodes, type SocketReply } from '../../../workflows/contracts/events';
import type { Connection } from './connection';
import type { HubChannel } from './hub-channel';
import { openTurnFrames } from './open-turns';
import { readRoomState, type RoomState } from './room-state';

export interface GreeterDeps {
  database: Database;
  relay: Relay;
  presences: Presences;
  /** A client that has missed more than this reads history instead, in bytes. */
  missedLimit: number;
}

export interface Greeter {
  /**
   * Sends `hello` and what was missed, and lets the connections hear the channel from there on, without gap or double.
   * Those that hear it already, or are just being greeted, are left alone.
   * @param since where they were; `fresh`: they come for the first time; `lost`: they have to read history again.
   * @throws when the relay or the database does not answer.
   */
  greet(
    channel: HubChannel,
    roomId: string,
    connections: readonly Connection[],
    since: Position | 'fresh' | 'lost',
  ): Promise<void>;
}

/** Events that are looked through for text that is being written. */
const lookBack = 1000;
/** A channel does not begin anew more often than this while somebody is greeted. */
const attempts = 5;

/** What somebody gets: where the channel stands, and the frames that bring them there. */
interface Start {
  position: Position;
  recovered: boolean;
  frames: string[];
}

export function createGreeter({ database, relay, presences, missedLimit }: GreeterDeps): Greeter {
  async function startFrom(
    name: string,
    since: Position | 'fresh' | 'lost',
    { turnRunning }: RoomState,
  ): Promise<Start> {
    if (typeof since === 'object') {
      const recovery = await relay.recover(name, since);
      if (recovery.recovered && sizeOf(recovery.missed) <= missedLimit) {
        const frames = recovery.missed.map(({ frame }) => frame);
        return { position: recovery.position, recovered: true, frames };
      }
    }
    const { position, newest } = await relay.tail(name, turnRunning ? lookBack : 0);
    return { position, recovered: since === 'fresh', frames: openTurnFrames(newest) };
  }

  async function greetAll(
    channel: HubChannel,
    roomId: string,
    connections: readonly Connection[],
    since: Position | 'fresh' | 'lost',
  ): Promise<void> {
    const name = roomChannel(roomId);
    let waiting = connections;
    for (let attempt = 1; waiting.length > 0; attempt += 1) {
      if (attempt > attempts) throw new Error('The channel does not hold still.');
      const userIds = [...new Set(waiting.map(({ identity }) => identity.userId))];
      const [state, online] = await Promise.all([
        readRoomState(database, roomId, userIds),
        presences.online(name),
      ]);
      if (state === null) {
        for (const { writer } of waiting) writer.close(closeCodes.roomGone, 'Room gone');
        return;
      }
      const start = await startFrom(name, since, state);
      waiting = waiting.filter(({ identity, seat }) => {
        const hello = JSON.stringify(helloFor(identity.userId, start, state, online));
        return !seat.release(start.position, [hello, ...start.frames]);
      });
      // This process has yet to notice the new epoch.
      if (start.position.epoch !== channel.position.epoch) await channel.catchUp();
    }
  }

  return {
    async greet(channel, roomId, connections, since) {
      const waiting = connections.filter(({ greeting, seat }) => seat.held && !greeting);
      for (const connection of waiting) connection.greeting = true;
      try {
        await greetAll(channel, roomId, waiting, since);
      } finally {
        for (const connection of waiting) connection.greeting = false;
      }
    },
  };
}

function helloFor(userId: string, start: Start, state: RoomState, online: OnlineUser[]): SocketReply {
  const readSeq = state.readSeqs.get(userId) ?? 0;
  const { epoch, offset } = start.position;
  return {
    type: 'hello',
    epoch,
    offset,
    recovered: start.recovered,
    lastSeq: state.lastSeq,
    readSeq,
    unread: Math.max(0, state.lastSeq - readSeq),
    online,
  };
}

const sizeOf = (missed: readonly Publication[]): number =>
  missed.reduce((sum, { frame }) => sum + Buffer.byteLength(frame), 0);
