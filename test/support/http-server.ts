import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server of somebody else, which does as the test says. */
export interface OtherServer {
  readonly port: number;
  readonly url: string;
  /** Everything that reached it, in order. */
  readonly received: Received[];
  /** How it answers from now on. */
  answer: (request: Received, response: ServerResponse) => void;
  stop(): Promise<void>;
}

const stops: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));

/** Listens on a free port, and answers 204 until told otherwise. Stops by itself after the tests of the file. */
export async function startOtherServer(host = '127.0.0.1'): Promise<OtherServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const take = (body: string): void => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body };
      received.push(one);
      other.answer(one, response);
    };
    // A request that is broken off has not reached it.
    void bodyOf(request).then(take, () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  stops.push(stop);
  const other: OtherServer = {
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`,
    received,
    answer: (_, response) => response.writeHead(204).end(),
    stop,
  };
  return other;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
