import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { createPresences } from '../../../infra/relay/presence';
import { roomChannel } from '../../../infra/relay/relay';
import { ApiError } from '../http/problems';
import type { ApiServices } from '../http/services';
import { createMessagePost } from '../rooms/post-message';
import { createConnections } from './connection';
import { createGreeter } from './greeter';
import { createHub } from './hub';
import { applyRoomEvents } from './room-events';
import { serveRoomSocket, type RoomSocketDeps } from './room-socket';
import { createRunSockets } from './run-socket';
import { createSlots } from './slots';
import { createUpkeep } from './upkeep';
import { admit, refuse, type Admitted } from './upgrade';
import { createWebSocketServer } from './web-socket-server';

export interface SocketOptions {
  /** Interval at which presence is renewed; a killed process' people count as gone after two and a half. Default 5. */
  presenceSeconds?: number;
  /** Interval at which rights of open connections are checked against the record. Default 15. */
  standingSeconds?: number;
  /** Interval at which what the subscription lost is repaired. Default 5. */
  repairSeconds?: number;
  /** Most open WebSockets of one person in this process. Default 50. */
  socketsPerUser?: number;
  /** Most open WebSockets of this process. Default 10,000. */
  socketsTotal?: number;
}

export interface Sockets {
  /** Lets messages under way get their answers, then closes every WebSocket with 1001. Takes at most 3.5 seconds. */
  close(): Promise<void>;
}

/** Serves `/ws/rooms/{id}` and `/ws/runs/{id}` on the server's `upgrade` event (docs/websockets.md). */
export function attachSockets(services: ApiServices, server: Server, options: SocketOptions = {}): Sockets {
  const { settings, redis, subscriber, relay, database, logger } = services;
  const { presenceSeconds = 5, standingSeconds = 15, repairSeconds = 5 } = options;
  const slots = createSlots({ perUser: options.socketsPerUser ?? 50, total: options.socketsTotal ?? 10_000 });
  const connections = createConnections();
  const presences = createPresences(redis, { ttlSeconds: 2.5 * presenceSeconds });
  const greeter = createGreeter({
    database,
    relay,
    presences,
    missedLimit: settings.SOCKET_MAX_BUFFERED_BYTES / 2,
  });
  const roomOf = (channel: string): string => channel.slice(roomChannel('').length);
  const hub = createHub({
    relay,
    subscriber,
    logger,
    repairSeconds,
    onFrames: (channel, frames) => applyRoomEvents(frames, () => connections.ofRoom(roomOf(channel))),
    onReset: (channel) => upkeep.greetAgain(roomOf(channel)),
  });
  const upkeep = createUpkeep({
    connections,
    hub,
    greeter,
    presences,
    database,
    logger,
    pingSeconds: settings.SOCKET_PING_SECONDS,
    presenceSeconds,
    standingSeconds,
  });
  const deps: RoomSocketDeps = {
    settings,
    services,
    post: createMessagePost(services),
    hub,
    presences,
    greeter,
    connections,
  };
  const runSockets = createRunSockets(services, standingSeconds);
  const admissions = new WeakMap<IncomingMessage, { admitted: Admitted; network: Duplex }>();
  let closing = false;

  const webSockets = createWebSocketServer(async (ws, request) => {
    const known = admissions.get(request);
    if (known?.admitted.of === 'room')
      await serveRoomSocket(ws, known.network, known.admitted.admission, deps);
    if (known?.admitted.of === 'run') await runSockets.serve(ws, known.network, known.admitted.admission);
  });

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (closing) throw new ApiError('overloaded', 'The server is stopping.', { retryAfter: 1 });
    const admitted = await admit(request, services);
    const free = slots.take(admitted.admission.identity.userId);
    socket.once('close', free);
    // It went away while it was looked at.
    if (socket.destroyed) free();
    else {
      admissions.set(request, { admitted, network: socket });
      webSockets.accept(request, socket, head);
    }
  }

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Without a listener an error of the connection would end the process; `ws` listens for itself later.
    socket.on('error', () => socket.destroy());
    upgrade(request, socket, head).catch((error: unknown) => refuse(socket, error, logger));
  };
  server.on('upgrade', onUpgrade);

  return {
    async close() {
      closing = true;
      upkeep.stop();
      runSockets.stop();
      const answered = Promise.all(connections.all().map((connection) => connection.idle()));
      await Promise.race([answered, sleep(answersMs)]);
      await webSockets.close(closeMs);
      hub.close();
      server.off('upgrade', onUpgrade);
    },
  };
}

const answersMs = 2000;
const closeMs = 1500;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms).unref());
