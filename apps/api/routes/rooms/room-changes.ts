import { z } from 'zod';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { recordAudit } from '../../identity/audit';
import { authorise } from '../../identity/permissions';
import { announce } from '../../rooms/announce';
import { bumpRoster } from '../../rooms/roster';
import { ids } from '../examples';
import { uuid } from '../fields';
import { room, roomExample, roomSettings, viewRoom } from './room-view';
import { readSeqOf, requireCourse } from './rooms';

export const updateRoom = defineRoute(
  {
    method: 'PATCH',
    path: '/rooms/{id}',
    summary: 'Change a room',
    description:
      'For owners of the room and admins of its workspace. A turn that runs keeps the settings it began with.',
    tags: ['rooms'],
    auth: 'user',
    params: { id: uuid(ids.room) },
    body: {
      schema: z
        .strictObject({
          name: roomSettings.name.optional(),
          courseId: uuid(ids.course).nullable().optional(),
          turnPolicy: roomSettings.turnPolicy.optional(),
          agentReplies: roomSettings.agentReplies.optional(),
          maxRounds: roomSettings.maxRounds.optional(),
        })
        .refine((changes) => Object.keys(changes).length > 0, 'name at least one field to change'),
      example: { name: 'Photosynthesis', turnPolicy: 'interrupt' },
    },
    responses: {
      200: { description: 'The room as it is now.', schema: room, example: roomExample },
    },
    errors: ['forbidden', 'room_not_found', 'course_not_found'],
  },
  async ({ params, body, user }, { database, relay, logger }) => {
    const { room: before, member } = await authorise(database, user, 'room:manage', { roomId: params.id });
    const changed = await database.$transaction(async (tx) => {
      await bumpRoster(tx, before.id);
      if (body.courseId) await requireCourse(tx, before.workspaceId, body.courseId);
      return tx.room.update({ where: { id: before.id }, data: defined(body) });
    });
    const { id, name, turnPolicy, agentReplies, rosterVersion } = changed;
    await announce({ relay, logger }, [
      {
        roomId: id,
        event: { type: 'room.updated', room: { id, name, turnPolicy, agentReplies } },
        key: `room.updated:${rosterVersion}`,
      },
    ]);
    const readSeq = await readSeqOf(database, id, user.userId);
    return { status: 200, body: viewRoom(changed, { role: member?.role ?? null, readSeq }) };
  },
);

export const deleteRoom = defineRoute(
  {
    method: 'DELETE',
    path: '/rooms/{id}',
    summary: 'Delete a room',
    description:
      'For owners of the room and admins of its workspace. Its turns are cancelled and its people disconnected (4404).',
    tags: ['rooms'],
    auth: 'user',
    params: { id: uuid(ids.room) },
    responses: { 204: { description: 'The room is gone.' } },
    errors: ['forbidden', 'room_not_found', 'temporal_unavailable'],
  },
  async ({ params, user }, { database, rooms, relay, logger }) => {
    const { room: found } = await authorise(database, user, 'room:manage', { roomId: params.id });
    const roomId = found.id;
    await database.$transaction(
      async (tx) => {
        const now = new Date();
        const { count } = await tx.room.updateMany({
          where: { id: roomId, deletedAt: null },
          data: { deletedAt: now },
        });
        if (count === 0) throw new ApiError('room_not_found', 'The room was deleted.');
        await tx.run.updateMany({
          where: { roomId, endedAt: null },
          data: { status: 'cancelled', endedAt: now },
        });
        await recordAudit(tx, {
          action: 'room_deleted',
          actorId: user.userId,
          workspaceId: found.workspaceId,
          target: ['room', roomId],
        });
        // Inside, so that nothing is deleted while Temporal is away. A workflow that a message starts meanwhile waits
        // for this transaction with its first commit, finds the room deleted and ends.
        await rooms.close(roomId);
      },
      { timeout: closingMs },
    );
    await announce({ relay, logger }, [
      { roomId, event: { type: 'room.deleted', roomId }, key: 'room.deleted' },
    ]);
    return { status: 204 };
  },
);

/** Longer than Temporal may take to answer. */
const closingMs = 10_000;

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Without the fields that are undefined, which Prisma’s types do not take. */
function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
