import type { Redis } from 'ioredis';
import type { Database } from '../database/client';
import type { AuthorKind } from '../../workflows/contracts/events';

/** When somebody wrote last in a room. */
export interface RoomActivity {
  /** seq of the newest message; 0: there is none. */
  lastSeq: number;
  /** Milliseconds since 1970; null: there is no message. */
  lastMessageAt: number | null;
  /** seq of the newest message of a person; 0: there is none. */
  lastUserSeq: number;
  /** Who wrote the newest message. */
  lastAuthorKind: AuthorKind | null;
}

/** What is kept in Redis of rooms' activity, at `room_activity:{room id}`; it can be lost. */
export interface RoomActivityStore {
  /** What is older than what is kept changes nothing. Fails as commands of Redis do. */
  write(roomId: string, activity: RoomActivity): Promise<void>;
  /** Reads it from the record, and keeps it, when it is lost. Without Redis it comes from the record each time. */
  read(roomId: string): Promise<RoomActivity>;
}

/** 30 days: what nobody asks for any more. */
const keptSeconds = 2_592_000;

export const roomActivityKey = (roomId: string): string => `room_activity:${roomId}`;

/** Commits of a room may arrive in another order than they were made in. */
const writeScript = `
  if tonumber(redis.call('HGET', KEYS[1], 'lastSeq') or '-1') > tonumber(ARGV[2]) then return end
  redis.call('HSET', KEYS[1], unpack(ARGV, 1, #ARGV - 1))
  redis.call('EXPIRE', KEYS[1], ARGV[#ARGV])`;

export function createRoomActivityStore({
  redis,
  database,
}: {
  redis: Redis;
  database: Database;
}): RoomActivityStore {
  const store: RoomActivityStore = {
    async write(roomId, { lastSeq, lastMessageAt, lastUserSeq, lastAuthorKind }) {
      const fields = ['lastSeq', lastSeq, 'lastMessageAt', lastMessageAt ?? ''];
      const more = ['lastUserSeq', lastUserSeq, 'lastAuthorKind', lastAuthorKind ?? ''];
      await redis.eval(writeScript, 1, roomActivityKey(roomId), ...fields, ...more, keptSeconds);
    },

    async read(roomId) {
      const kept = await redis.hgetall(roomActivityKey(roomId)).catch(() => ({}));
      const known = activityOf(kept);
      if (known) return known;
      const found = await readRecord(database, roomId);
      await store.write(roomId, found).catch(() => undefined);
      return found;
    },
  };
  return store;
}

function activityOf(kept: Partial<Record<string, string>>): RoomActivity | null {
  const { lastSeq, lastMessageAt, lastUserSeq, lastAuthorKind } = kept;
  if (lastSeq === undefined || lastUserSeq === undefined) return null;
  return {
    lastSeq: Number(lastSeq),
    lastMessageAt: lastMessageAt ? Number(lastMessageAt) : null,
    lastUserSeq: Number(lastUserSeq),
    lastAuthorKind: lastAuthorKind ? (lastAuthorKind as AuthorKind) : null,
  };
}

async function readRecord(database: Database, roomId: string): Promise<RoomActivity> {
  const { lastSeq, lastMessageAt, lastUserSeq, messages } = await database.room.findUniqueOrThrow({
    where: { id: roomId },
    select: {
      ...{ lastSeq: true, lastMessageAt: true, lastUserSeq: true },
      messages: { orderBy: { seq: 'desc' }, take: 1, select: { authorKind: true } },
    },
  });
  return {
    ...{ lastSeq, lastUserSeq },
    lastMessageAt: lastMessageAt?.getTime() ?? null,
    lastAuthorKind: messages[0]?.authorKind ?? null,
  };
}
