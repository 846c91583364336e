import { z } from 'zod';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { recordAudit } from '../../identity/audit';
import { authorise } from '../../identity/permissions';
import { announce, announceRoom } from '../../rooms/announce';
import { bumpRoster } from '../../rooms/roster';
import { bumpTriggers } from '../../triggers/bump-triggers';
import { defined } from '../defined';
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
      if (body.courseId !== undefined) await bumpTriggers(tx, before.workspaceId);
      return tx.room.update({ where: { id: before.id }, data: defined(body) });
    });
    await announceRoom({ relay, logger }, changed);
    const { id } = changed;
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
      'For owners of the room and admins of its workspace. Its turns and runs are cancelled and its people disconnected (4404).',
    tags: ['rooms'],
    auth: 'user',
    params: { id: uuid(ids.room) },
    responses: { 204: { description: 'The room is gone.' } },
    errors: ['forbidden', 'room_not_found', 'temporal_unavailable'],
  },
  async ({ params, user }, { database, rooms, runs, relay, logger }) => {
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
        const cancelled = await tx.run.updateManyAndReturn({
          where: { roomId, endedAt: null },
          data: { status: 'cancelled', endedAt: now },
          select: { id: true, kind: true },
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
        const ofWorkflows = cancelled.filter(({ kind }) => kind === 'workflow');
        await Promise.all(ofWorkflows.map(({ id }) => runs.cancel(id, { by: user.name, mode: 'cancel' })));
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
