import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Follows which connections have no request under way. Node's own `closeIdleConnections` leaves alone those that have
 * not sent a whole request yet, and such a client would hold up the end of the process.
 * @returns ends the idle connections, and from then on each other one as soon as its answer is sent.
 */
export function trackIdleConnections(server: Server): () => void {
  const idle = new Set<Socket>();
  let closing = false;
  server.on('connection', (socket: Socket) => {
    idle.add(socket);
    socket.once('close', () => idle.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    idle.delete(socket);
    response.once('close', () => {
      if (closing) socket.destroySoon();
      else if (!socket.destroyed) idle.add(socket);
    });
  });
  server.on('upgrade', ({ socket }) => idle.delete(socket));
  return () => {
    closing = true;
    for (const socket of idle) socket.destroy();
  };
}
