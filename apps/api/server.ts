import http from 'node:http';
import { createApp, type ApiApp, type AppDeps } from './app';
import { trackIdleConnections } from './http/idle-connections';
import { ApiError, toProblem } from './http/problems';
import type { ApiDeps, ApiServices } from './http/services';

/** The WebSocket part, which takes the server's `upgrade` event. */
export type AttachSockets = (
  services: ApiServices,
  server: http.Server,
) => {
  /** Closes every socket with 1001 (going away). */
  close(): Promise<void>;
};

export interface ServerDeps extends AppDeps {
  attachSockets?: AttachSockets;
}

export interface ApiServer {
  server: http.Server;
  services: ApiServices;
  /** Stops accepting, lets requests under way finish for as long as the grace period, then ends what is left. */
  close(): Promise<void>;
}

const requestTimeoutMs = 30_000;
/** Longer than the idle time of usual load balancers, so that they and not we end a connection. */
const keepAliveTimeoutMs = 75_000;
const closeGraceMs = 4000;
const purgeEveryMs = 3_600_000;

export function buildServer(deps: ServerDeps): ApiServer {
  const api = createApp(deps);
  const handle = api.app.callback();
  const server = http.createServer((request, response) => void handle(request, response));
  server.requestTimeout = requestTimeoutMs;
  server.keepAliveTimeout = keepAliveTimeoutMs;
  server.on('clientError', answerUnreadable);
  const closeIdle = trackIdleConnections(server);
  const sockets = deps.attachSockets?.(api.services, server);
  const stopPurging = purgeRegularly(api, deps);

  return {
    server,
    services: api.services,
    async close() {
      stopPurging();
      const drained = new Promise<void>((resolve) => server.close(() => resolve()));
      closeIdle();
      api.services.feed.close();
      const timer = setTimeout(() => server.closeAllConnections(), closeGraceMs);
      await Promise.all([drained, sockets?.close()]);
      clearTimeout(timer);
    },
  };
}

/** What is not HTTP at all never reaches the application. */
function answerUnreadable(
  error: NodeJS.ErrnoException,
  socket: NodeJS.WritableStream & { destroy(): void; writable: boolean },
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(
    toProblem(new ApiError('malformed_request', 'The request cannot be understood as HTTP.')),
  );
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function purgeRegularly(api: ApiApp, { logger }: ApiDeps): () => void {
  const purge = (): void => {
    api
      .purge()
      .catch((error: unknown) => logger.warn({ err: error }, 'could not purge; trying again in an hour'));
  };
  const timer = setInterval(purge, purgeEveryMs).unref();
  return () => clearInterval(timer);
}
