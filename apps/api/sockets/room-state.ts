import type { Database } from '../../../infra/database/client';

/** What people are greeted with when they come to a room. */
export interface RoomState {
  lastSeq: number;
  /** Whether a turn is running, so that there may be text that is being written. */
  turnRunning: boolean;
  /** How far each of them has read. */
  readSeqs: ReadonlyMap<string, number>;
}

/** @returns null when the room was deleted. */
export async function readRoomState(
  database: Database,
  roomId: string,
  userIds: readonly string[],
): Promise<RoomState | null> {
  // No turn is older than the largest ROOM_TURN_SECONDS, so older runs need not be looked at.
  const rows = await database.$queryRaw<
    { lastSeq: number; turnRunning: boolean; userId: string; readSeq: number }[]
  >`
    SELECT r.last_seq AS "lastSeq", u.id AS "userId", coalesce(m.seq, 0) AS "readSeq",
      EXISTS (SELECT FROM runs WHERE runs.room_id = r.id AND runs.status = 'running' AND runs.kind = 'turn'
              AND runs.started_at > now() - interval '1 hour') AS "turnRunning"
    FROM rooms r
    CROSS JOIN unnest(${userIds}::uuid[]) AS u(id)
    LEFT JOIN read_markers m ON m.room_id = r.id AND m.user_id = u.id
    WHERE r.id = ${roomId}::uuid AND r.deleted_at IS NULL`;
  const [first] = rows;
  if (!first) return null;
  return {
    lastSeq: first.lastSeq,
    turnRunning: first.turnRunning,
    readSeqs: new Map(rows.map(({ userId, readSeq }) => [userId, readSeq])),
  };
}
