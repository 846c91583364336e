import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import Koa from 'koa';
import websockify from 'koa-websocket';
import { WebSocket } from 'ws';
import { closeCodes, maxFrameBytes } from '../../../workflows/contracts/events';

/** RFC 6455: a message that is too big to process; what `ws` closes with when maxPayload is exceeded. */
const messageTooBig = 1009;
/** RFC 6455: the server is going down. */
const goingAway = 1001;

/** Closes for too large a frame with the platform's own code. */
class PlatformWebSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    if (code === messageTooBig) super.close(closeCodes.frameTooLarge, 'Frame too large');
    else super.close(code, reason);
  }
}

export interface WebSocketServer {
  /** Turns an admitted request into a WebSocket, paused, and serves it. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every WebSocket with 1001, and cuts off those that do not answer within `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/**
 * koa-websocket without a server of its own: by itself it would upgrade any request of any origin, and lose what the
 * client sends before the middleware has got ready.
 * @param serve must not throw: koa-websocket hides it.
 */
export function createWebSocketServer(
  serve: (ws: WebSocket, request: IncomingMessage) => Promise<void>,
): WebSocketServer {
  const app = websockify(new Koa());
  app.ws.use((ctx) => serve(ctx.websocket, ctx.req));
  app.ws.listen({ noServer: true, maxPayload: maxFrameBytes, WebSocket: PlatformWebSocket });
  const { server } = app.ws;
  if (!server) throw new Error('koa-websocket made no server.');

  return {
    accept(request, socket, head) {
      server.handleUpgrade(request, socket, head, (ws) => {
        ws.pause();
        server.emit('connection', ws, request);
      });
    },
    async close(graceMs) {
      const open = [...server.clients];
      for (const ws of open) {
        ws.close(goingAway, 'Server stopping');
        ws.resume();
      }
      const closed = Promise.all(
        open.filter((ws) => ws.readyState !== WebSocket.CLOSED).map((ws) => once(ws, 'close')),
      );
      const cut = setTimeout(() => open.forEach((ws) => ws.terminate()), graceMs);
      await closed;
      clearTimeout(cut);
      server.close();
    },
  };
}
