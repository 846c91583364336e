import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { afterClose } from '../../../apps/console/src/socket/after-close';
import { backoffMs } from '../../../apps/console/src/socket/backoff';
import {
  createRoomConnection,
  type Access,
  type ConnectionStatus,
  type RoomConnection,
} from '../../../apps/console/src/socket/room-connection';
import type { ServerFrame } from '../../../workflows/contracts/events';
import { eventually } from '../../support/eventually';
import { hello } from './room-fixture';

interface Client {
  connection: RoomConnection;
  frames: ServerFrame[];
  statuses: ConnectionStatus[];
  codes: number[];
  left: string[];
  /** For each time access was asked for: whether the identity was to be refreshed first. */
  asked: boolean[];
}

let server: WebSocketServer;
/** What the server does with each socket, in turn; the last goes on. */
let script: ((socket: WebSocket) => void)[];
let clients: Client[];
/** Answer to the question by HTTP. */
let access: Access;

beforeEach(async () => {
  script = [];
  clients = [];
  access = 'allowed';
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) => (script.length > 1 ? script.shift() : script[0])?.(socket));
});

afterEach(async () => {
  for (const { connection } of clients) connection.close();
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

/** @param onStatus is told, too. */
function open(onStatus: (status: ConnectionStatus) => void = () => undefined): Client {
  const address = server.address() as AddressInfo;
  const client: Omit<Client, 'connection'> = { frames: [], statuses: [], codes: [], left: [], asked: [] };
  const connection = createRoomConnection({
    connect: ({ onMessage, onClose }) => {
      const socket = new WebSocket(`ws://127.0.0.1:${String(address.port)}`);
      socket.on('message', (data: Buffer) => onMessage(data.toString()));
      socket.on('close', onClose);
      socket.on('error', () => undefined);
      return {
        isOpen: () => socket.readyState === WebSocket.OPEN,
        send: (data) => socket.send(data),
        close: () => socket.close(),
      };
    },
    onFrame: (frame) => client.frames.push(frame),
    onStatus: (status) => {
      client.statuses.push(status);
      onStatus(status);
    },
    onClose: (code) => client.codes.push(code),
    onLeft: (how) => client.left.push(how),
    checkAccess: (refreshFirst) => {
      client.asked.push(refreshFirst);
      return Promise.resolve(access);
    },
    random: () => 0,
  });
  clients.push({ ...client, connection });
  return { ...client, connection };
}

const greet = (socket: WebSocket): void => socket.send(JSON.stringify(hello()));
const greetThenClose = (code: number) => (socket: WebSocket) => {
  greet(socket);
  socket.close(code);
};
const greetThenBreak = (socket: WebSocket): void => {
  greet(socket);
  setTimeout(() => socket.terminate(), 20);
};
const greetings = ({ frames }: Client): number => frames.filter(({ type }) => type === 'hello').length;

test('after a break the connection is made again by itself', async () => {
  script = [greetThenBreak, greet];
  const client = open();
  await eventually('two greetings', () => greetings(client) === 2);
  expect(client.codes).toEqual([1006]);
  expect(client.statuses).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
  expect(client.asked).toEqual([]);
});

test('nothing is sent before the greeting, and whoever sends is told so', async () => {
  const received: string[] = [];
  const listen = (socket: WebSocket): void => {
    socket.on('message', (data: Buffer) => received.push(data.toString()));
    greet(socket);
  };
  script = [listen];
  const client = open();
  expect(client.connection.send({ type: 'typing', on: true })).toBe(false);
  await eventually('the greeting', () => greetings(client) === 1);
  expect(client.connection.send({ type: 'typing', on: false })).toBe(true);
  await eventually('the frame', () => received.length === 1);
  expect(received).toEqual(['{"type":"typing","on":false}']);
});

test('an expired identity is refreshed before the next attempt', async () => {
  script = [greetThenClose(4401), greet];
  const client = open();
  await eventually('two greetings', () => greetings(client) === 2);
  expect(client.asked).toEqual([true]);
});

test.each([
  [4403, 'removed'],
  [4404, 'deleted'],
])('code %i ends the connection for good', async (code, how) => {
  script = [greetThenClose(code)];
  const client = open();
  await eventually('the end', () => client.left.length === 1);
  expect(client.left).toEqual([how]);
  expect(client.statuses.at(-1)).toBe('closed');
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(greetings(client)).toBe(1);
  expect(client.statuses.filter((status) => status === 'connecting')).toHaveLength(1);
});

test('who is not let in asks by HTTP why, and stays away when the room is closed to them', async () => {
  script = [(socket) => socket.terminate()];
  access = 'removed';
  const client = open();
  await eventually('the end', () => client.left.length === 1);
  expect([client.left, client.asked]).toEqual([['removed'], [false]]);
});

test('while the server cannot be reached, attempts go on', async () => {
  script = [(socket) => socket.terminate(), (socket) => socket.terminate(), greet];
  access = 'unreachable';
  const client = open();
  await eventually('the greeting', () => greetings(client) === 1);
  expect(client.asked).toEqual([false, false]);
});

test('somebody who is signed out is not connected again', async () => {
  script = [greetThenClose(4401)];
  access = 'signed-out';
  const client = open();
  await eventually('the end', () => client.statuses.at(-1) === 'closed');
  expect(client.left).toEqual([]);
});

test('a wake-up ends the wait for the next attempt', async () => {
  script = [greetThenClose(4429), greet];
  let awake: ConnectionStatus | undefined;
  const client = open((status) => {
    if (status !== 'waiting') return;
    // In the same moment, so that the wait of three seconds cannot be over.
    queueMicrotask(() => {
      client.connection.wake();
      awake = client.statuses.at(-1);
    });
  });
  await eventually('the greeting', () => greetings(client) === 2);
  expect(awake).toBe('connecting');
  expect(client.statuses).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
});

test('the wait doubles up to 15 seconds, and half of it is chance', () => {
  expect([0, 1, 2, 3].map((attempt) => backoffMs(attempt, 1))).toEqual([300, 600, 1200, 2400]);
  expect([0, 1, 2, 3].map((attempt) => backoffMs(attempt, 0))).toEqual([150, 300, 600, 1200]);
  expect(backoffMs(1000, 1)).toBe(15_000);
});

test('every close code of the platform has its consequence', () => {
  expect(afterClose(4401, true)).toEqual({ next: 'refresh' });
  expect(afterClose(4408, true)).toEqual({ next: 'reconnect', waitMs: 0 });
  expect(afterClose(4409, true)).toEqual({ next: 'reconnect', waitMs: 1000 });
  expect(afterClose(4413, true)).toEqual({ next: 'reconnect', waitMs: 0 });
  expect(afterClose(4429, true)).toEqual({ next: 'reconnect', waitMs: 3000 });
  expect(afterClose(1006, false)).toEqual({ next: 'ask' });
  expect(afterClose(1013, false)).toEqual({ next: 'ask' });
});
