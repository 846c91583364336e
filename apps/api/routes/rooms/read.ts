import { z } from 'zod';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { markRead } from '../../rooms/mark-read';
import { ids } from '../examples';
import { idPage, listOf, pageOf, uuid } from '../fields';

const marker = z
  .object({
    userId: uuid(ids.ada),
    seq: z.int().min(0).meta({ description: 'Everything up to this message counts as read.' }),
  })
  .meta({ id: 'ReadMarker' });

const example = { userId: ids.ada, seq: 12 };

export const getReadMarkers = defineRoute(
  {
    method: 'GET',
    path: '/rooms/{id}/read',
    summary: 'How far the members have read',
    description: 'People who have not read anything are left out.',
    tags: ['messages'],
    auth: 'user',
    params: { id: uuid(ids.room) },
    query: idPage,
    responses: {
      200: {
        description: 'A page of markers, ordered by user id.',
        schema: listOf(marker),
        example: { items: [example], nextCursor: null },
      },
    },
    errors: ['room_not_found'],
  },
  async ({ params, query: { limit, cursor }, user }, { database }) => {
    const { room } = await authorise(database, user, 'room:read', { roomId: params.id });
    const rows = await database.readMarker.findMany({
      where: {
        roomId: room.id,
        user: { roomMembers: { some: { roomId: room.id } } },
        ...(cursor === undefined ? {} : { userId: { gt: cursor } }),
      },
      orderBy: { userId: 'asc' },
      take: limit + 1,
      select: { userId: true, seq: true },
    });
    return {
      status: 200,
      body: pageOf(
        rows,
        limit,
        (row) => row,
        ({ userId }) => userId,
      ),
    };
  },
);

export const postReadMarker = defineRoute(
  {
    method: 'POST',
    path: '/rooms/{id}/read',
    summary: 'Mark messages as read',
    description:
      'Moves your marker up to `seq`, at most to the newest message. It never moves back, so a late request changes nothing.',
    tags: ['messages'],
    auth: 'user',
    params: { id: uuid(ids.room) },
    body: {
      schema: z.strictObject({ seq: z.int().min(0).max(2_147_483_647).meta({ example: 12 }) }),
      example: { seq: 12 },
    },
    responses: { 200: { description: 'Where your marker stands now.', schema: marker, example } },
    errors: ['forbidden', 'room_not_found'],
  },
  async ({ params, body, user }, services) => {
    const { room } = await authorise(services.database, user, 'room:write', { roomId: params.id });
    const seq = await markRead(services, room.id, user.userId, body.seq);
    return { status: 200, body: { userId: user.userId, seq } };
  },
);
