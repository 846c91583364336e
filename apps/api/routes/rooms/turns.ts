import { z } from 'zod';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { ids } from '../examples';
import { uuid } from '../fields';

const state = z
  .object({
    lastSeq: z
      .int()
      .nullable()
      .meta({ description: '`seq` of the newest message; null while the room opens.' }),
    queued: z.int().meta({ description: 'Messages taken but not stored yet.' }),
    running: z.array(
      z.object({
        turnId: uuid(ids.turn),
        messageId: uuid(ids.message).meta({ description: 'The message that started it.' }),
        speaker: z.string().nullable().meta({ description: 'Name of the agent that is writing.' }),
        answers: z.int(),
      }),
    ),
    waiting: z.array(uuid(ids.turn)).meta({ description: 'Turns that wait for their turn.' }),
  })
  .meta({ id: 'RoomState' });

export const getRoomState = defineRoute(
  {
    method: 'GET',
    path: '/rooms/{id}/state',
    summary: 'What the room is doing now',
    tags: ['rooms'],
    auth: 'user',
    params: { id: uuid(ids.room) },
    responses: {
      200: {
        description: 'Its turns.',
        schema: state,
        example: {
          lastSeq: 11,
          queued: 0,
          running: [{ turnId: ids.turn, messageId: ids.message, speaker: 'Teacher', answers: 0 }],
          waiting: [],
        },
      },
    },
    errors: ['room_not_found', 'temporal_unavailable'],
  },
  async ({ params, user }, { database, rooms }) => {
    const { room } = await authorise(database, user, 'room:read', { roomId: params.id });
    const now = await rooms.state(room.id);
    return { status: 200, body: now ?? { lastSeq: room.lastSeq, queued: 0, running: [], waiting: [] } };
  },
);

export const cancelTurn = defineRoute(
  {
    method: 'POST',
    path: '/rooms/{id}/turns/{turnId}/cancel',
    summary: 'Cancel a turn',
    description:
      'Whether it runs, waits or is yet to begin; the room hears `turn.cancelled`. Nothing happens when it has ended.',
    tags: ['messages'],
    auth: 'user',
    params: { id: uuid(ids.room), turnId: uuid(ids.turn) },
    responses: {
      202: {
        description: 'The room’s workflow has the request.',
        schema: z.object({ turnId: uuid(ids.turn) }),
        example: { turnId: ids.turn },
      },
    },
    errors: ['forbidden', 'room_not_found', 'turn_not_found', 'temporal_unavailable'],
  },
  async ({ params: { id: roomId, turnId }, user }, { database, rooms }) => {
    const { room } = await authorise(database, user, 'room:write', { roomId });
    // A turn that waits has no run yet, so only one of another room is known to be wrong.
    const run = await database.run.findUnique({ where: { id: turnId }, select: { roomId: true } });
    if (run !== null && run.roomId !== room.id)
      throw new ApiError('turn_not_found', 'The room has no such turn.');
    await rooms.cancelTurn(room.id, { turnId, by: user.name });
    return { status: 202, body: { turnId } };
  },
);
