import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Settings } from '../../../infra/config/settings';
import type { Presence, Presences } from '../../../infra/relay/presence';
import { roomChannel } from '../../../infra/relay/relay';
import { closeCodes } from '../../../workflows/contracts/events';
import type { MessagePost } from '../rooms/post-message';
import { clientFrame } from './client-frames';
import type { Admission, Connection, Connections } from './connection';
import { createFrameBudget } from './frame-budget';
import { createFrameHandlers, type FrameServices } from './frame-handlers';
import type { Greeter } from './greeter';
import type { Hub } from './hub';
import type { HubChannel } from './hub-channel';
import { readFrame } from './read-frame';
import { createSocketWriter, type SocketWriter } from './socket-writer';

export interface RoomSocketDeps {
  settings: Pick<Settings, 'SOCKET_MAX_BUFFERED_BYTES' | 'SOCKET_FRAMES_PER_SECOND'>;
  services: FrameServices;
  post: MessagePost;
  hub: Hub;
  presences: Presences;
  greeter: Greeter;
  connections: Connections;
}

/** RFC 6455 has no name for it; IANA: "Try Again Later". */
const tryAgainLater = 1013;

/**
 * Serves one WebSocket of a room from its opening to its end.
 * @param ws paused: what the client sends early waits until it was greeted.
 * @param network the connection that `ws` was made from.
 */
export async function serveRoomSocket(
  ws: WebSocket,
  network: Duplex,
  admission: Admission,
  deps: RoomSocketDeps,
): Promise<void> {
  const { hub, settings, services } = deps;
  const name = roomChannel(admission.scope.room.id);
  const writer = createSocketWriter(ws, network, settings.SOCKET_MAX_BUFFERED_BYTES);
  try {
    const channel = await hub.acquire(name);
    if (ws.readyState !== ws.OPEN) {
      hub.release(name);
      return;
    }
    await open(ws, writer, channel, admission, deps);
    ws.resume();
  } catch (error) {
    services.logger.warn({ err: error, channel: name }, 'A WebSocket could not join its room');
    writer.close(tryAgainLater, 'Try again later');
  }
}

async function open(
  ws: WebSocket,
  writer: SocketWriter,
  channel: HubChannel,
  admission: Admission,
  deps: RoomSocketDeps,
): Promise<void> {
  const { connections, presences, greeter } = deps;
  const { connection, end } = connect(ws, writer, channel, admission, deps);
  const name = roomChannel(connection.roomId);
  connections.add(connection);
  ws.once('close', () => {
    connections.delete(connection);
    end();
    presences.leave(name, presenceOf(connection)).catch((error: unknown) => {
      // It lapses by itself.
      deps.services.logger.debug({ err: error, channel: name }, 'Leaving not told');
    });
  });
  await presences.enter(name, [presenceOf(connection)]);
  await greeter.greet(channel, connection.roomId, [connection], admission.since ?? 'fresh');
}

export const presenceOf = ({ id, identity }: Connection): Presence => ({
  connectionId: id,
  userId: identity.userId,
  name: identity.name,
});

function connect(
  ws: WebSocket,
  writer: SocketWriter,
  channel: HubChannel,
  { identity, scope }: Admission,
  { settings, services, post, hub }: RoomSocketDeps,
): { connection: Connection; end: () => void } {
  const roomId = scope.room.id;
  const handlers = createFrameHandlers(services, post, {
    roomId,
    identity: () => connection.identity,
    writer,
  });
  const connection: Connection = {
    id: randomUUID(),
    roomId,
    identity,
    memberId: scope.member?.id ?? null,
    writer,
    seat: channel.seat(writer.write),
    greeting: false,
    alive: true,
    ping: () => ws.ping(),
    forgetAccess: () => handlers.forgetAccess(),
    idle: () => handlers.idle(),
  };
  const budget = createFrameBudget(settings.SOCKET_FRAMES_PER_SECOND);
  ws.on('message', (data: Buffer, isBinary: boolean) => {
    if (ws.readyState !== ws.OPEN) return;
    if (!budget.take()) {
      writer.close(closeCodes.tooManyFrames, 'Too many frames');
      return;
    }
    const read = readFrame(clientFrame, data, isBinary);
    if (read.ok) {
      handlers.handle(read.frame);
      return;
    }
    const { code, detail, id } = read;
    writer.reply({ type: 'error', code, detail, ...(id === undefined ? {} : { id }) });
  });
  ws.on('pong', () => {
    connection.alive = true;
  });
  const expiry = setTimeout(
    () => writer.close(closeCodes.identityExpired, 'Identity expired'),
    identity.expiresAt.getTime() - Date.now(),
  );
  const end = (): void => {
    clearTimeout(expiry);
    connection.seat.leave();
    handlers.end();
    hub.release(roomChannel(roomId));
  };
  return { connection, end };
}
