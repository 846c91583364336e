import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Account } from '../../../apps/cli/replay/account';
import { openRoomClient, type RoomClient } from '../../../apps/cli/replay/room-client';
import type { ClientFrame } from '../../../workflows/contracts/events';
import { eventually } from '../../support/eventually';

/** A room's WebSocket as docs/websockets.md has it, under the test's control. */
interface FakeApi {
  url: string;
  sockets: WebSocket[];
  /** Addresses that were asked for. */
  requests: string[];
  /** Statuses to refuse the next requests with. */
  refusals: number[];
  stored: { id: string; seq: number }[];
}

let server: Server;
let api: FakeApi;
let client: RoomClient | undefined;

const account: Account = {
  token: () => Promise.resolve('token'),
  call: <T>(_method: string, path: string): Promise<T> => {
    const after = Number(new URL(path, 'http://x').searchParams.get('after'));
    return Promise.resolve({ items: api.stored.filter(({ seq }) => seq > after) } as T);
  },
};

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  api = { url: `http://127.0.0.1:${String(port)}`, sockets: [], requests: [], refusals: [], stored: [] };
  const upgrades = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    api.requests.push(request.url ?? '');
    const status = api.refusals.shift();
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${String(status)} No\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (ws) => api.sockets.push(ws));
  });
});

afterEach(async () => {
  client?.close();
  for (const socket of api.sockets) socket.terminate();
  server.close();
  await once(server, 'close');
});

const nextSocket = (count: number): Promise<WebSocket> =>
  eventually(`${String(count)} sockets`, () => api.sockets[count - 1], 45);

const say = (socket: WebSocket, frame: object): void => socket.send(JSON.stringify(frame));
const hello = (more: object = {}): object => ({
  type: 'hello',
  epoch: 'e1',
  offset: 10,
  recovered: true,
  lastSeq: 3,
  ...more,
});
const created = (seq: number): object => ({
  type: 'message.created',
  message: { id: `m${String(seq)}`, seq },
  offset: seq + 7,
});

async function open(): Promise<WebSocket> {
  const opening = openRoomClient({ apiUrl: api.url, account, roomId: 'r' });
  const socket = await nextSocket(api.sockets.length + 1);
  say(socket, hello());
  client = await opening;
  return socket;
}

async function arrivals(count: number): Promise<number[]> {
  await eventually(`${String(count)} arrivals`, () => (client?.arrivals.length ?? 0) >= count, 45);
  return client?.arrivals.map(({ seq }) => seq) ?? [];
}

test('a refusal for the moment is waited out; a refusal for good is not', async () => {
  api.refusals = [429, 503];
  await open();
  expect(api.requests).toHaveLength(3);
  api.refusals = [403];
  await expect(openRoomClient({ apiUrl: api.url, account, roomId: 'r' })).rejects.toThrow('403');
});

test('after a broken connection it resumes where it was, and sends again what was not accepted', async () => {
  const first = await open();
  say(first, created(4));
  await arrivals(1);
  const sent = client?.send({ id: 'x', text: 'hi', mentions: [] });
  await once(first, 'message');
  first.terminate();
  const second = await nextSocket(2);
  expect(api.requests[1]).toBe('/ws/rooms/r?epoch=e1&offset=11');
  const again = once(second, 'message');
  say(second, hello({ offset: 12, lastSeq: 5 }));
  say(second, created(5));
  const [data] = (await again) as [Buffer];
  expect(JSON.parse(data.toString()) as ClientFrame).toMatchObject({ type: 'send', id: 'x' });
  say(second, { type: 'accepted', id: 'x', turnId: 't' });
  expect(await sent).toBe('t');
  expect(await arrivals(2)).toEqual([4, 5]);
  expect(client?.reconnects).toBe(1);
});

test('what cannot be resumed is read from history, each message once', async () => {
  const first = await open();
  say(first, created(4));
  await arrivals(1);
  first.terminate();
  const second = await nextSocket(2);
  api.stored = [4, 5, 6].map((seq) => ({ id: `m${String(seq)}`, seq }));
  say(second, hello({ epoch: 'e2', offset: 1, recovered: false, lastSeq: 6 }));
  for (const seq of [6, 7]) say(second, created(seq));
  expect(await arrivals(4)).toEqual([4, 5, 6, 7]);
  // Events that come late, of what history had and of what it had not; the same event twice is for the verdict to see.
  for (const seq of [5, 8, 8]) say(second, created(seq));
  expect(await arrivals(6)).toEqual([4, 5, 6, 7, 8, 8]);
});

test('a message that is refused for the moment is sent again; one refused for good rejects', async () => {
  const socket = await open();
  const sent = client?.send({ id: 'x', text: 'hi', mentions: [] });
  await once(socket, 'message');
  const again = once(socket, 'message');
  say(socket, { type: 'error', id: 'x', code: 'temporal_unavailable', detail: '' });
  await again;
  say(socket, { type: 'accepted', id: 'x', turnId: null });
  expect(await sent).toBeNull();
  const refused = client?.send({ id: 'y', text: '', mentions: [] });
  await once(socket, 'message');
  say(socket, { type: 'error', id: 'y', code: 'invalid_request', detail: 'text must not be empty.' });
  await expect(refused).rejects.toThrow('invalid_request');
});
