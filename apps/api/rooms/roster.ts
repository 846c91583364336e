import type { Prisma } from '../../../prisma/generated/client';
import { ApiError } from '../http/problems';

/**
 * Counts a change of the room's settings or members, so that its workflow reads them again. Locks the room until the
 * transaction ends, so that changes of one room happen one after the other.
 * @throws ApiError `room_not_found` when it was deleted meanwhile.
 */
export async function bumpRoster(tx: Prisma.TransactionClient, roomId: string): Promise<void> {
  const bumped = await tx.$executeRaw`
    UPDATE rooms SET roster_version = roster_version + 1 WHERE id = ${roomId}::uuid AND deleted_at IS NULL`;
  if (bumped === 0) throw new ApiError('room_not_found', 'The room was deleted.');
}

/** The same for every room that an agent is in. @returns the agent's memberships. */
export async function bumpRostersOf(
  tx: Prisma.TransactionClient,
  agentId: string,
): Promise<{ roomId: string; memberId: string }[]> {
  // Locked in order of their ids, so that two agents of the same rooms do not wait for each other.
  return tx.$queryRaw`
    WITH held AS (
      SELECT r.id, m.id AS member_id FROM rooms r JOIN room_members m ON m.room_id = r.id
      WHERE m.agent_id = ${agentId}::uuid AND r.deleted_at IS NULL
      ORDER BY r.id FOR NO KEY UPDATE OF r
    )
    UPDATE rooms SET roster_version = roster_version + 1 FROM held WHERE rooms.id = held.id
    RETURNING rooms.id AS "roomId", held.member_id AS "memberId"`;
}
