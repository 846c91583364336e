import type { Database } from '../../../infra/database/client';
import type { Logger } from '../../../infra/logger/logger';
import { roomChannel, type Relay } from '../../../infra/relay/relay';

/**
 * Moves a person's marker up to `seq`, and tells the room. It never moves back, and never past the newest message.
 * @returns where it stands now.
 */
export async function markRead(
  { database, relay, logger }: { database: Database; relay: Relay; logger: Logger },
  roomId: string,
  userId: string,
  seq: number,
): Promise<number> {
  const [row] = await database.$queryRaw<{ seq: number; before: number }[]>`
    WITH marker AS (
      SELECT seq FROM read_markers WHERE room_id = ${roomId}::uuid AND user_id = ${userId}::uuid
    ), moved AS (
      INSERT INTO read_markers (room_id, user_id, seq)
      SELECT id, ${userId}::uuid, least(${seq}::int, last_seq) FROM rooms WHERE id = ${roomId}::uuid
      ON CONFLICT (room_id, user_id) DO UPDATE
        SET seq = greatest(read_markers.seq, excluded.seq), updated_at = now()
      RETURNING seq
    )
    SELECT moved.seq, coalesce((SELECT seq FROM marker), 0) AS before FROM moved`;
  if (row === undefined) return 0;
  if (row.seq > row.before) {
    await relay
      .publishEphemeral(roomChannel(roomId), { type: 'read', userId, seq: row.seq })
      .catch((error: unknown) => {
        logger.warn({ err: error, roomId }, 'A read marker could not be announced');
      });
  }
  return row.seq;
}
