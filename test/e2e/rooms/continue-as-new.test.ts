import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RunningServer } from '../../../infra/stack/embedded-server';
import { createTemporalClient } from '../../../infra/temporal/client';
import { roomWorkflowId } from '../../../workflows/contracts/room';
import { startTestApp, type TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { startOwnTemporal } from '../../support/own-temporal';
import { allMessages, newPerson, newRoom } from '../../support/people';
import { RoomSocket } from '../../support/room-socket';

let dataDir: string;
let temporal: RunningServer;
let app: TestApp;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'coagent-can-'));
  // The server asks for continue-as-new after 40 events instead of thousands.
  temporal = await startOwnTemporal(dataDir, { 'limit.historyCount.suggestContinueAsNew': 40 });
  app = await startTestApp({ env: { TEMPORAL_ADDRESS: temporal.url } });
});

afterAll(async () => {
  await app.stop();
  await temporal.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test('300 messages over many executions: no gap, no duplicate, resends are known, turns keep their order', async () => {
  const alice = await newPerson(app.apiUrl, 'Alice');
  const room = await newRoom(alice, {
    agents: { Ada: 'You are a patient teacher.' },
    agentReplies: 'mentioned',
  });
  const socket = await RoomSocket.open(app.apiUrl, alice, room.id);
  const ids: string[] = [];
  const texts: string[] = [];
  const turns: string[] = [];
  for (let index = 0; index < 270; index += 1) {
    const asks = index % 9 === 0;
    texts.push(asks ? `@Ada [[reply: answer ${String(index)}]]` : `message ${String(index)}`);
    const id = socket.send(texts[index] ?? '');
    ids.push(id);
    // In small groups, so that there are many batches; now and then an old message is sent again.
    if (index % 3 === 2) await socket.next('accepted', (frame) => frame.id === id);
    if (index % 10 === 9) socket.send(texts[index - 5] ?? '', { id: ids[index - 5] ?? id });
  }
  const total = 270 + 30;
  await eventually('all messages and answers', () => socket.messages.length >= total, 240);
  await eventually('all are accepted', () => socket.accepted.size === ids.length, 60);
  turns.push(...[...socket.accepted.values()].filter((turnId) => turnId !== null));
  expect(turns).toHaveLength(30);
  await eventually(
    'all turns have ended',
    () => socket.frames.filter(({ type }) => type === 'turn.finished').length >= 30,
    120,
  );

  const stored = await allMessages(alice, room.id);
  expect(stored).toHaveLength(total);
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
  expect(stored.filter(({ author }) => author.kind === 'user').map(({ id }) => id)).toEqual(ids);
  const answers = stored
    .filter(({ author }) => author.kind === 'agent')
    .map(({ text }) => Number(text.replace('answer ', '')));
  expect(answers).toEqual([...answers].sort((a, b) => a - b));
  expect(socket.messages.map(({ id }) => id)).toEqual(stored.map(({ id }) => id));

  const client = createTemporalClient({ address: temporal.url, namespace: 'default' });
  const query = `WorkflowId = "${roomWorkflowId(room.id)}"`;
  // While messages keep coming a history may get four times as long as suggested. What has ended is listed later.
  const lengths = await eventually('at least four executions are listed', async () => {
    const listed: (number | undefined)[] = [];
    for await (const { historyLength } of client.workflow.list({ query })) listed.push(historyLength);
    return listed.length >= 4 && listed;
  });
  for (const length of lengths) expect(length).toBeLessThan(400);
  await client.connection.close();
  socket.close();
}, 600_000);
