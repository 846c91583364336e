import type { Client } from './api/client';
import type { ConsoleConfig, User } from './api/shapes';
import { createRoomSession } from './room/room-session';
import type { Services } from './services';
import type { Socket, SocketEvents } from './socket/room-connection';
import { createUnsent } from './storage/unsent';

interface SignedIn {
  client: Client;
  config: ConsoleConfig;
  me: User;
  notify: (text: string) => void;
}

/** Changes are drawn at most once a frame; a hidden page has no frames, but its title goes on. */
const soon = (run: () => void): void => {
  if (document.hidden) setTimeout(run, 200);
  else requestAnimationFrame(run);
};

function openSocket(roomId: string, query: string, { onMessage, onClose }: SocketEvents): Socket {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws/rooms/${roomId}${query}`);
  socket.onmessage = ({ data }: MessageEvent<unknown>) => onMessage(data);
  socket.onclose = ({ code }) => onClose(code);
  return {
    isOpen: () => socket.readyState === WebSocket.OPEN,
    send: (data) => socket.send(data),
    close: () => socket.close(),
  };
}

export function createServices({ client, config, me, notify }: SignedIn): Services {
  const unsentOf: Services['unsentOf'] = (roomId) => createUnsent(localStorage, me.id, roomId);
  return {
    client,
    config,
    me,
    notify,
    unsentOf,
    openRoom: (roomId) =>
      createRoomSession({
        roomId,
        me,
        client,
        openSocket,
        unsent: unsentOf(roomId),
        newId: () => crypto.randomUUID(),
        notify,
        soon,
      }),
  };
}
