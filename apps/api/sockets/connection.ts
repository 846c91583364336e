import type { Position } from '../../../infra/relay/relay';
import type { Identity } from '../identity/identity';
import type { RoomScope } from '../identity/permissions';
import type { Seat } from './fan-out';
import type { SocketWriter } from './socket-writer';

/** A request that may become a WebSocket of a room. */
export interface Admission {
  identity: Identity;
  scope: RoomScope;
  /** Where the client was when it lost its connection; null: it comes fresh. */
  since: Position | null;
}

/** A request that may become a WebSocket of a run. */
export interface RunAdmission {
  identity: Identity;
  runId: string;
  /** Events after this one are wanted. */
  after: number;
  address: string;
}

/** One open WebSocket of a room. */
export interface Connection {
  readonly id: string;
  readonly roomId: string;
  /** Its `name` follows when the person is renamed. */
  identity: Identity;
  readonly writer: SocketWriter;
  readonly seat: Seat;
  /** Room member id of the person; null for admins who have not joined. */
  readonly memberId: string | null;
  /** Forgets what is known of the person's place in the room: the next frame asks again. */
  forgetAccess(): void;
  /** It is being greeted now. */
  greeting: boolean;
  /** Answered the last ping. */
  alive: boolean;
  ping(): void;
  /** Resolves when every message it sent has its answer. */
  idle(): Promise<unknown>;
}

/** The open WebSockets of this process. */
export interface Connections {
  add(connection: Connection): void;
  delete(connection: Connection): void;
  ofRoom(roomId: string): readonly Connection[];
  all(): readonly Connection[];
  rooms(): readonly string[];
}

export function createConnections(): Connections {
  const byRoom = new Map<string, Set<Connection>>();

  return {
    add(connection) {
      const room = byRoom.get(connection.roomId) ?? new Set();
      byRoom.set(connection.roomId, room.add(connection));
    },
    delete(connection) {
      const room = byRoom.get(connection.roomId);
      if (room?.delete(connection) && room.size === 0) byRoom.delete(connection.roomId);
    },
    ofRoom: (roomId) => [...(byRoom.get(roomId) ?? [])],
    all: () => [...byRoom.values()].flatMap((room) => [...room]),
    rooms: () => [...byRoom.keys()],
  };
}
