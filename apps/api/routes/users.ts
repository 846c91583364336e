import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from '../http/problems';
import { defineRoute } from '../http/route';
import { personName, toUserView, userExample, userView } from '../identity/auth-schemas';
import { announce } from '../rooms/announce';

const renameMe = defineRoute(
  {
    method: 'PATCH',
    path: '/users/me',
    summary: 'Change your name',
    description:
      'Your rooms hear `member.renamed`. Messages that you have written keep the name they were written under.',
    tags: ['users'],
    auth: 'user',
    body: {
      schema: z.strictObject({ name: personName }),
      example: { name: 'Ada Lovelace' },
    },
    responses: {
      200: {
        description: 'You, as you are now.',
        schema: z.object({ user: userView }),
        example: { user: userExample },
      },
    },
    errors: [],
  },
  async ({ body: { name }, user: { userId } }, { database, relay, logger }) => {
    const { renamed, previous, memberships } = await database.$transaction(async (tx) => {
      const [before] = await tx.$queryRaw<{ name: string }[]>`
        SELECT name FROM users WHERE id = ${userId}::uuid FOR NO KEY UPDATE`;
      if (before === undefined)
        throw new ApiError('unauthenticated', 'This account does not exist any more.');
      return {
        previous: before.name,
        renamed: await tx.user.update({ where: { id: userId }, data: { name } }),
        memberships: await tx.roomMember.findMany({
          where: { userId, room: { deletedAt: null } },
          select: { id: true, roomId: true },
        }),
      };
    });
    if (previous !== name) {
      const change = randomUUID();
      await announce(
        { relay, logger },
        memberships.map(({ id: memberId, roomId }) => ({
          roomId,
          event: { type: 'member.renamed', memberId, name, previous },
          key: `member.renamed:${change}`,
        })),
      );
    }
    return { status: 200, body: { user: toUserView(renamed) } };
  },
);

export const userRoutes = [renameMe];
