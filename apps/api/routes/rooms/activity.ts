import { z } from 'zod';
import { createRoomActivityStore } from '../../../../infra/relay/room-activity';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';

const activity = z
  .object({
    roomId: uuid(ids.room),
    lastSeq: z.int().meta({ description: '`seq` of the newest message; 0 while the room is empty.' }),
    lastMessageAt: timestamp.nullable().meta({ description: 'null while the room is empty.' }),
    silentSeconds: z
      .number()
      .min(0)
      .nullable()
      .meta({ description: 'Since the newest message; null while the room is empty.' }),
  })
  .meta({ id: 'RoomActivity' });

export const getRoomActivity = defineRoute(
  {
    method: 'GET',
    path: '/rooms/{id}/activity',
    summary: 'How long a room has been silent',
    description: 'It is kept in memory, so that it may be asked often.',
    tags: ['rooms'],
    auth: 'user',
    params: { id: uuid(ids.room) },
    responses: {
      200: {
        description: 'When somebody wrote last.',
        schema: activity,
        example: { roomId: ids.room, lastSeq: 11, lastMessageAt: at, silentSeconds: 42 },
      },
    },
    errors: ['room_not_found'],
  },
  async ({ params, user }, services) => {
    const { room } = await authorise(services.database, user, 'room:read', { roomId: params.id });
    const { lastSeq, lastMessageAt } = await createRoomActivityStore(services).read(room.id);
    const empty = lastMessageAt === null;
    return {
      status: 200,
      body: {
        ...{ roomId: room.id, lastSeq },
        lastMessageAt: empty ? null : new Date(lastMessageAt).toISOString(),
        silentSeconds: empty ? null : Math.max(0, Math.floor((Date.now() - lastMessageAt) / 1000)),
      },
    };
  },
);
