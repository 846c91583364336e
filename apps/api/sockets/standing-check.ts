import type { Database } from '../../../infra/database/client';
import type { RoomRole, WorkspaceRole } from '../../../prisma/generated/enums';
import { closeCodes } from '../../../workflows/contracts/events';
import { decideInRoom } from '../identity/permission-rules';
import type { Connection } from './connection';

interface Row {
  position: number;
  roomOpen: boolean;
  sessionOpen: boolean;
  superAdmin: boolean;
  roomRole: RoomRole | null;
  workspaceRole: WorkspaceRole | null;
}

/**
 * Closes the connections of people who may not be there any more, whatever told or did not tell of it: session ended
 * or person disabled (4401), not in the room (4403), room deleted (4404). One query, whatever their number.
 */
export async function checkStanding(database: Database, connections: readonly Connection[]): Promise<void> {
  if (connections.length === 0) return;
  const rooms = connections.map(({ roomId }) => roomId);
  const users = connections.map(({ identity }) => identity.userId);
  const sessions = connections.map(({ identity }) => identity.sessionId);
  const rows = await database.$queryRaw<Row[]>`
    SELECT (c.n - 1)::int AS position, r.id IS NOT NULL AS "roomOpen",
           s.id IS NOT NULL AND u.id IS NOT NULL AS "sessionOpen", coalesce(u.super_admin, false) AS "superAdmin",
           rm.role::text AS "roomRole", m.role::text AS "workspaceRole"
    FROM unnest(${rooms}::uuid[], ${users}::uuid[], ${sessions}::uuid[])
         WITH ORDINALITY AS c(room_id, user_id, session_id, n)
    LEFT JOIN rooms r ON r.id = c.room_id AND r.deleted_at IS NULL
    LEFT JOIN users u ON u.id = c.user_id AND u.disabled_at IS NULL
    LEFT JOIN sessions s ON s.id = c.session_id AND s.revoked_at IS NULL AND s.expires_at > now()
    LEFT JOIN room_members rm ON rm.room_id = c.room_id AND rm.user_id = c.user_id
    LEFT JOIN memberships m ON m.workspace_id = r.workspace_id AND m.user_id = c.user_id`;
  for (const row of rows) {
    const writer = connections[row.position]?.writer;
    if (!row.sessionOpen) writer?.close(closeCodes.identityExpired, 'Session ended');
    else if (!row.roomOpen) writer?.close(closeCodes.roomGone, 'Room gone');
    else if (decideInRoom('room:read', row) !== 'allowed')
      writer?.close(closeCodes.notAMember, 'Not a member');
  }
}
