import { z } from 'zod';
import type { Database } from '../../../../infra/database/client';
import type { Prisma } from '../../../../prisma/generated/client';
import { ApiError } from '../../http/problems';
import { queryFlagOr } from '../../http/query';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { listRooms } from '../../rooms/list-rooms';
import { ids } from '../examples';
import { listOf, pageOf, timeCursor, timePage, uuid } from '../fields';
import { most, within } from '../limits';
import { lockWorkspace } from '../lock-workspace';
import { room, roomExample, roomSettings, viewRoom } from './room-view';

export const getRooms = defineRoute(
  {
    method: 'GET',
    path: '/rooms',
    summary: 'List rooms',
    description:
      'Your rooms in the workspace, the most recently active first. Admins of the workspace see all of its rooms unless they ask for theirs.',
    tags: ['rooms'],
    auth: 'user',
    workspace: 'workspace:read',
    query: {
      ...timePage,
      mine: queryFlagOr(false).meta({ description: 'Only rooms that you are a member of.' }),
      courseId: uuid(ids.course).optional().meta({ description: 'Only rooms of this course.' }),
    },
    responses: {
      200: {
        description: 'A page of rooms.',
        schema: listOf(room),
        example: { items: [roomExample], nextCursor: null },
      },
    },
    errors: [],
  },
  async ({ query, user, workspace }, { database }) => {
    const { limit, cursor, mine, courseId } = query;
    const seesAll = user.superAdmin || workspace.role === 'admin';
    const rows = await listRooms(database, {
      workspaceId: workspace.id,
      userId: user.userId,
      mine: mine || !seesAll,
      courseId,
      after: cursor,
      limit: limit + 1,
    });
    const body = pageOf(
      rows,
      limit,
      (row) => viewRoom(row, row),
      ({ activeAt, id }) => timeCursor(activeAt, id),
    );
    return { status: 200, body };
  },
);

export const createRoom = defineRoute(
  {
    method: 'POST',
    path: '/rooms',
    summary: 'Create a room',
    description: `You become its owner. A workspace has at most ${most.roomsPerWorkspace} rooms.`,
    tags: ['rooms'],
    auth: 'user',
    workspace: 'room:create',
    idempotent: true,
    body: {
      schema: z.strictObject({
        name: roomSettings.name,
        courseId: uuid(ids.course).nullable().default(null),
        turnPolicy: roomSettings.turnPolicy.default('enqueue'),
        agentReplies: roomSettings.agentReplies.default('auto'),
        maxRounds: roomSettings.maxRounds.default(4),
      }),
      example: { name: 'Why leaves are green', turnPolicy: 'enqueue' },
    },
    responses: {
      201: {
        description: 'The room.',
        schema: room,
        example: { ...roomExample, lastSeq: 0, readSeq: 0, unread: 0, lastMessageAt: null },
      },
    },
    errors: ['course_not_found', 'limit_reached'],
  },
  async ({ body, user, workspace }, { database }) => {
    const created = await database.$transaction(async (tx) => {
      await lockWorkspace(tx, workspace.id);
      within(
        most.roomsPerWorkspace,
        await tx.room.count({ where: { workspaceId: workspace.id, deletedAt: null } }),
        'rooms in a workspace',
      );
      if (body.courseId !== null) await requireCourse(tx, workspace.id, body.courseId);
      return tx.room.create({
        data: {
          ...body,
          workspaceId: workspace.id,
          createdById: user.userId,
          members: { create: { userId: user.userId, role: 'owner' } },
        },
      });
    });
    return { status: 201, body: viewRoom(created, { role: 'owner', readSeq: 0 }) };
  },
);

export const getRoom = defineRoute(
  {
    method: 'GET',
    path: '/rooms/{id}',
    summary: 'Read a room',
    tags: ['rooms'],
    auth: 'user',
    params: { id: uuid(ids.room) },
    responses: { 200: { description: 'The room.', schema: room, example: roomExample } },
    errors: ['room_not_found'],
  },
  async ({ params, user }, { database }) => {
    const { room: found, member } = await authorise(database, user, 'room:read', { roomId: params.id });
    const readSeq = await readSeqOf(database, found.id, user.userId);
    return { status: 200, body: viewRoom(found, { role: member?.role ?? null, readSeq }) };
  },
);

/**
 * The course of a room belongs to the same workspace. Holds it until the transaction ends.
 * @throws ApiError `course_not_found`
 */
export async function requireCourse(
  tx: Prisma.TransactionClient,
  workspaceId: string,
  courseId: string,
): Promise<void> {
  const found = await tx.$queryRaw<unknown[]>`
    SELECT id FROM courses WHERE id = ${courseId}::uuid AND workspace_id = ${workspaceId}::uuid FOR KEY SHARE`;
  if (found.length === 0)
    throw new ApiError('course_not_found', 'The workspace of the room has no such course.');
}

export async function readSeqOf(database: Database, roomId: string, userId: string): Promise<number> {
  const marker = await database.readMarker.findUnique({ where: { roomId_userId: { roomId, userId } } });
  return marker?.seq ?? 0;
}
