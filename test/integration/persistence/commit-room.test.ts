import { randomUUID } from 'node:crypto';
import { createRoomActivities } from '../../../activities/persistence/room-activities';
import { createDatabase, type Database } from '../../../infra/database/client';
import { createLogger } from '../../../infra/logger/logger';
import { createRedis } from '../../../infra/redis/client';
import { createRedisRelay } from '../../../infra/relay/redis-relay';
import { roomChannel, type Relay } from '../../../infra/relay/relay';
import { createRoomActivityStore } from '../../../infra/relay/room-activity';
import { createTemporalClient } from '../../../infra/temporal/client';
import { createWebhookGateway } from '../../../infra/temporal/temporal-webhook-gateway';
import type { NewMessage, RoomActivities, RoomCommit } from '../../../workflows/contracts/activities';

let database: Database;
let relay: Relay;
let activities: RoomActivities;
const redis = createRedis(process.env.REDIS_URL ?? '');
const client = createTemporalClient({ address: process.env.TEMPORAL_ADDRESS ?? '', namespace: 'default' });

beforeAll(() => {
  database = createDatabase(process.env.DATABASE_URL ?? '', 5);
  relay = createRedisRelay(redis, { streamLength: 1000 });
  const logger = createLogger('test', 'silent');
  activities = createRoomActivities({
    ...{ database, relay, logger },
    activity: createRoomActivityStore({ redis, database }),
    webhooks: createWebhookGateway(client, logger),
    limits: { turnSeconds: 60, modelSeconds: 30 },
  });
});

afterAll(async () => {
  redis.disconnect();
  await client.connection.close();
  await database.$disconnect();
});

async function newRoom(): Promise<{ roomId: string; workspaceId: string }> {
  const workspace = await database.workspace.create({ data: { slug: randomUUID(), name: 'W' } });
  const room = await database.room.create({ data: { workspaceId: workspace.id, name: 'R' } });
  return { roomId: room.id, workspaceId: workspace.id };
}

const message = (text: string): NewMessage => ({
  id: randomUUID(),
  author: { kind: 'user', id: null, name: 'Alice' },
  mentions: [],
  replyTo: null,
  turnId: null,
  content: { text },
});

function commitOf(room: { roomId: string; workspaceId: string }, more: Partial<RoomCommit>): RoomCommit {
  return {
    ...room,
    workflowId: `room:${room.roomId}`,
    workflowRunId: randomUUID(),
    rosterVersion: 1,
    messages: [],
    transitions: [],
    abandoned: [],
    ...more,
  };
}

async function published(roomId: string): Promise<string[]> {
  const { newest } = await relay.tail(roomChannel(roomId), 100);
  return newest.map(({ frame }) => {
    const event = JSON.parse(frame) as { type: string; message?: { seq: number } };
    return event.message ? `${event.type} ${String(event.message.seq)}` : event.type;
  });
}

test('a commit attempted again, after a task that was cut short, stores and publishes nothing twice and drops nothing', async () => {
  const room = await newRoom();
  const [a, b] = [message('a'), message('b')];
  const started = { type: 'started' as const, turnId: randomUUID(), messageId: a.id };
  const first = commitOf(room, { messages: [a], transitions: [started] });
  expect(await activities.commitRoom(first)).toEqual({ lastSeq: 1, duplicates: [] });
  // The second attempt of the workflow task has seen one more signal, and opens the room as the first one left it.
  expect((await activities.openRoom(room.roomId)).lastSeq).toBe(1);
  const again = await activities.commitRoom({ ...first, messages: [a, b] });
  expect(again).toEqual({ lastSeq: 2, duplicates: [] });
  expect(await published(room.roomId)).toEqual(['message.created 1', 'turn.started', 'message.created 2']);
  expect(await database.run.count({ where: { roomId: room.roomId } })).toBe(1);
});

test('a message that another execution has stored is a duplicate and starts no turn', async () => {
  const room = await newRoom();
  const a = message('a');
  await activities.commitRoom(commitOf(room, { messages: [a] }));
  const started = { type: 'started' as const, turnId: randomUUID(), messageId: a.id };
  const later = await activities.commitRoom(
    commitOf(room, { messages: [a, message('b')], transitions: [started] }),
  );
  expect(later).toEqual({ lastSeq: 2, duplicates: [a.id] });
  expect(await published(room.roomId)).toEqual(['message.created 1', 'message.created 2']);
});

test('a changed roster is handed back, and no turn starts with the old one', async () => {
  const room = await newRoom();
  const a = message('a');
  const started = { type: 'started' as const, turnId: randomUUID(), messageId: a.id };
  const result = await activities.commitRoom(
    commitOf(room, { messages: [a], transitions: [started], rosterVersion: 7 }),
  );
  expect(result.roster).toMatchObject({ version: 1, agents: [] });
  expect(await published(room.roomId)).toEqual(['message.created 1']);
  expect(await database.run.count({ where: { roomId: room.roomId } })).toBe(0);
});

test('commits at once give every message a place of its own, without gaps', async () => {
  const room = await newRoom();
  await Promise.all(
    Array.from({ length: 20 }, () =>
      activities.commitRoom(commitOf(room, { messages: [message('x'), message('y')] })),
    ),
  );
  const stored = await database.message.findMany({ where: { roomId: room.roomId }, orderBy: { seq: 'asc' } });
  expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
});

test('a deleted room takes nothing', async () => {
  const room = await newRoom();
  await database.room.update({ where: { id: room.roomId }, data: { deletedAt: new Date() } });
  await expect(activities.commitRoom(commitOf(room, { messages: [message('a')] }))).rejects.toMatchObject({
    type: 'room_gone',
    nonRetryable: true,
  });
});
