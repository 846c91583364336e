import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { z } from 'zod';
import { createAccounts } from './accounting';
import { ApiError, sendApiError } from './api-error';
import { chatRequest, readChatCall } from './chat-request';
import { createCompletionHandler, refusal, sendAnswer, type Pace } from './completions';
import { answerEmbeddings, embeddingsRequest } from './embeddings';
import { createFaultBook, headerFaults } from './faults';
import { pause } from './pause';
import { parseBody, readBody } from './read-body';
import { readResponsesCall, responsesRequest } from './responses-request';
import { sendJson } from './send-json';

export interface ModelServerOptions {
  /** Milliseconds before the first byte of a completion. Default 0. */
  latencyMs?: number;
  /** Milliseconds before each token of a stream. Default 0, which sends a whole stream in one write. */
  tokenDelayMs?: number;
  /** Told of every error that is not the client's. The client gets a 500 without details. */
  onError: (error: unknown) => void;
}

export interface ModelServer {
  /** Port 0 takes any free one. Rejects if the address cannot be had. */
  listen(port: number, host: string): Promise<ListeningModelServer>;
}

export interface ListeningModelServer {
  /** Without a path: `http://127.0.0.1:4010`. */
  url: string;
  /** Takes no more requests, gives answers under way five seconds, then drops them. */
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
type Routes = Record<string, Record<string, Handler>>;

const closeGraceMs = 5000;
const longestDelay = z.number().min(0).max(600_000);
const paceChange = z.strictObject({
  latencyMs: longestDelay.optional(),
  tokenDelayMs: longestDelay.optional(),
});

/** The offline demo model behind the OpenAI HTTP API. All its state (pace, counts, used faults) is in memory. */
export function createModelServer(options: ModelServerOptions): ModelServer {
  const routes = createRoutes({ latencyMs: options.latencyMs ?? 0, tokenDelayMs: options.tokenDelayMs ?? 0 });

  const handle: Handler = async (request, response) => {
    try {
      await findHandler(routes, request)(request, response);
    } catch (error) {
      if (response.closed) return;
      if (!(error instanceof ApiError)) options.onError(error);
      if (response.headersSent) response.destroy();
      else
        sendApiError(
          response,
          error instanceof ApiError ? error : new ApiError(500, 'Something went wrong here.'),
        );
    }
  };

  return {
    async listen(port, host) {
      const server = createServer((request, response) => void handle(request, response));
      // Longer than clients keep idle connections, so that none is closed under a request that is being sent.
      server.keepAliveTimeout = 75_000;
      const drain = prepareDrain(server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
      return { url: urlOf(server), close: drain };
    },
  };
}

function createRoutes(pace: Pace): Routes {
  const accounts = createAccounts();
  const faultBook = createFaultBook();
  const shared = { pace, accounts, faultBook };
  return {
    '/v1/chat/completions': {
      POST: createCompletionHandler({
        ...shared,
        readCall: (body) => readChatCall(parseBody(chatRequest, body)),
      }),
    },
    '/v1/responses': {
      POST: createCompletionHandler({
        ...shared,
        readCall: (body) => readResponsesCall(parseBody(responsesRequest, body)),
      }),
    },
    '/v1/embeddings': {
      async POST(request, response) {
        const body = await readBody(request);
        const parsed = parseBody(embeddingsRequest, body);
        const plan = faultBook.plan(
          headerFaults(request.headers['x-fault']),
          `${parsed.model}\n${body.toString()}`,
        );
        await pause(response, plan.delayMs);
        if (plan.refuse) throw refusal(plan.refuse);
        sendAnswer(response, answerEmbeddings(parsed), plan.ending);
      },
    },
    '/v1/models': {
      GET: (_request, response) => sendJson(response, 200, modelList),
    },
    '/health': {
      GET: (_request, response) => sendJson(response, 200, { status: 'ok', model: 'offline demo model' }),
    },
    '/_admin/calls': {
      GET: (_request, response) => sendJson(response, 200, accounts.counts()),
      DELETE(_request, response) {
        accounts.reset();
        faultBook.reset();
        response.writeHead(204).end();
      },
    },
    '/_admin/latency': {
      async PUT(request, response) {
        Object.assign(pace, parseBody(paceChange, await readBody(request)));
        sendJson(response, 200, pace);
      },
    },
  };
}

function findHandler(routes: Routes, request: IncomingMessage): Handler {
  const [path = ''] = (request.url ?? '').split('?');
  const methods = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (path.startsWith('/v1/') && !/^Bearer\s+\S/i.test(request.headers.authorization ?? '')) {
    throw new ApiError(401, 'An API key is missing: send "Authorization: Bearer" and any key.', {
      code: 'invalid_api_key',
    });
  }
  if (!methods) throw new ApiError(404, `Unknown address: ${path}`, { code: 'unknown_url' });
  const handler = methods[request.method ?? ''];
  if (handler) return handler;
  throw new ApiError(405, `${path} takes ${Object.keys(methods).join(', ')} only.`, {
    code: 'method_not_supported',
    headers: { allow: Object.keys(methods).join(', ') },
  });
}

/** Any other model name is answered too, by the same rules. */
const modelList = {
  object: 'list',
  data: ['offline-demo', 'offline-demo-embedding'].map((id) => ({
    id,
    object: 'model',
    created: 1_735_689_600,
    owned_by: 'coagent',
  })),
};

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/**
 * Closes the server as soon as nothing is being answered. Node's own `close` leaves two kinds of connection open: those
 * that become idle after it was called, and those over which no request has come yet (clients open some in advance).
 */
function prepareDrain(server: Server): () => Promise<void> {
  const unused = new Set<Socket>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', (request, response) => {
    unused.delete(request.socket);
    response.once('close', () => server.listening || server.closeIdleConnections());
  });
  return () =>
    new Promise((resolve) => {
      const overdue = setTimeout(() => server.closeAllConnections(), closeGraceMs);
      server.close(() => {
        clearTimeout(overdue);
        resolve();
      });
      for (const socket of unused) socket.destroy();
    });
}
