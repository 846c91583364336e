import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compileFunction } from 'node:vm';
import { transformSync } from '@swc/core';
import { WebSocket } from 'ws';
import { roomChannel } from '../../../infra/relay/relay';
import type { MessageView } from '../../../workflows/contracts/events';
import { eventually } from '../../support/eventually';
import { newPerson, newRoom, type Person } from '../../support/people';
import { projectRoot } from '../../support/processes';
import { startSocketApi, type SocketApi } from './socket-fixture';

type FollowRoom = (
  api: string,
  roomId: string,
  token: string,
  onMessage: (message: { seq: number; text: string }) => void,
) => { send(text: string): void; close(): void };

/** The client that docs/websockets.md shows. */
function documentedClient(ownWebSocket: new (url: string) => WebSocket): FollowRoom {
  const page = readFileSync(path.join(projectRoot, 'docs/websockets.md'), 'utf8');
  const source = /```ts\n(.*?)```/s.exec(page)?.[1] ?? '';
  const { code } = transformSync(source, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  const exported = {} as { followRoom: FollowRoom };
  const run = compileFunction(code, ['exports', 'WebSocket']) as (
    exports: object,
    webSocket: unknown,
  ) => void;
  run(exported, ownWebSocket);
  return exported.followRoom;
}

let api: SocketApi;
let ada: Person;

beforeAll(async () => {
  api = await startSocketApi();
  ada = await newPerson(api.url, 'Ada');
});

afterAll(() => api.stop());

/** Stores and publishes a message as the room's workflow does. */
async function write(roomId: string, seq: number): Promise<void> {
  const author = { kind: 'user' as const, id: ada.id, name: 'Ada' };
  const stored = { id: crypto.randomUUID(), roomId, seq, text: `message ${String(seq)}` };
  await api.database.message.create({
    data: { ...stored, authorKind: author.kind, authorId: author.id, authorName: author.name },
  });
  await api.database.room.update({ where: { id: roomId }, data: { lastSeq: seq } });
  const message: MessageView = { ...stored, author, mentions: [], createdAt: new Date().toISOString() };
  await api.relay.publish(roomChannel(roomId), [{ type: 'message.created', message }]);
}

test('the documented client shows every message once, over lost connections and with history from before', async () => {
  const { id } = await newRoom(ada);
  for (let seq = 1; seq <= 3; seq += 1) await write(id, seq);
  const shown: number[] = [];
  const opened: WebSocket[] = [];
  class KnownWebSocket extends WebSocket {
    constructor(url: string) {
      super(url);
      opened.push(this);
      // Cut off before it is open, it tells so; to a browser's that does nothing.
      this.on('error', () => undefined);
    }
  }
  const client = documentedClient(KnownWebSocket)(api.url, id, ada.token, ({ seq }) => shown.push(seq));
  await eventually('history', () => shown.length === 3);
  for (let seq = 4; seq <= 60; seq += 1) {
    await write(id, seq);
    if (seq % 20 === 0) opened.at(-1)?.terminate();
  }
  await eventually('all', () => shown.length === 60);
  await eventually('it is back', () => opened.length > 1 && opened.at(-1)?.readyState === WebSocket.OPEN);
  expect([...shown].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  client.close();
});

test('the documented client’s messages are accepted, also those written before it is connected', async () => {
  const { id } = await newRoom(ada);
  const accepted: string[] = [];
  class KnownWebSocket extends WebSocket {
    constructor(url: string) {
      super(url);
      this.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as { type: string; id: string };
        if (frame.type === 'accepted') accepted.push(frame.id);
      });
    }
  }
  const client = documentedClient(KnownWebSocket)(api.url, id, ada.token, () => undefined);
  client.send('before');
  await eventually('the first', () => accepted.length === 1);
  client.send('after');
  await eventually('the second', () => accepted.length === 2);
  expect(new Set(accepted).size).toBe(2);
  client.close();
});
