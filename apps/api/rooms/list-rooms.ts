import type { Database } from '../../../infra/database/client';
import { Prisma, type Room } from '../../../prisma/generated/client';
import type { RoomRole } from '../../../prisma/generated/enums';

export interface RoomQuery {
  workspaceId: string;
  /** Whose role and marker the rows carry. */
  userId: string;
  /** Only rooms that this person is a member of. */
  mine: boolean;
  courseId?: string | undefined;
  /** The last room of the page before. */
  after?: { time: Date; id: string } | undefined;
  limit: number;
}

export interface ListedRoom extends Room {
  role: RoomRole | null;
  readSeq: number;
  /** Of the newest message; of the room's making while it is empty. */
  activeAt: Date;
}

/** Rooms of a workspace, the most recently active first, then by id. */
export async function listRooms(database: Database, query: RoomQuery): Promise<ListedRoom[]> {
  const { workspaceId, userId, mine, courseId, after, limit } = query;
  const conditions = [
    ...(mine ? [Prisma.sql`AND rm.id IS NOT NULL`] : []),
    ...(courseId === undefined ? [] : [Prisma.sql`AND r.course_id = ${courseId}::uuid`]),
    ...(after === undefined
      ? []
      : [
          Prisma.sql`AND (coalesce(r.last_message_at, r.created_at), r.id) < (${after.time}::timestamptz, ${after.id}::uuid)`,
        ]),
  ];
  return database.$queryRaw<ListedRoom[]>`
    SELECT r.id, r.workspace_id AS "workspaceId", r.course_id AS "courseId", r.name, r.turn_policy::text AS "turnPolicy",
           r.agent_replies::text AS "agentReplies", r.max_rounds AS "maxRounds", r.last_seq AS "lastSeq",
           r.roster_version AS "rosterVersion", r.created_by_id AS "createdById", r.created_at AS "createdAt",
           r.last_message_at AS "lastMessageAt", r.deleted_at AS "deletedAt",
           rm.role::text AS role, coalesce(rd.seq, 0) AS "readSeq",
           coalesce(r.last_message_at, r.created_at) AS "activeAt"
    FROM rooms r
    LEFT JOIN room_members rm ON rm.room_id = r.id AND rm.user_id = ${userId}::uuid
    LEFT JOIN read_markers rd ON rd.room_id = r.id AND rd.user_id = ${userId}::uuid
    WHERE r.workspace_id = ${workspaceId}::uuid AND r.deleted_at IS NULL
      ${conditions.length === 0 ? Prisma.empty : Prisma.join(conditions, ' ')}
    ORDER BY coalesce(r.last_message_at, r.created_at) DESC, r.id DESC
    LIMIT ${limit}`;
}
