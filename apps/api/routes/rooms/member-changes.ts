import { z } from 'zod';
import type { Prisma } from '../../../../prisma/generated/client';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { invalid } from '../../http/validate';
import { recordAudit } from '../../identity/audit';
import { authorise } from '../../identity/permissions';
import { announce } from '../../rooms/announce';
import { bumpRoster } from '../../rooms/roster';
import { ids } from '../examples';
import { uuid } from '../fields';
import { memberExample, memberFields, roomMember, roomRole, viewMember } from './member-view';

const params = { id: uuid(ids.room), memberId: uuid(ids.teacherMember) } as const;

export const updateMember = defineRoute(
  {
    method: 'PATCH',
    path: '/rooms/{id}/members/{memberId}',
    summary: 'Change a member’s role',
    description: 'For owners of the room and admins of its workspace. A room with owners keeps at least one.',
    tags: ['rooms'],
    auth: 'user',
    params,
    body: { schema: z.strictObject({ role: roomRole }), example: { role: 'owner' } },
    responses: {
      200: { description: 'The member as it is now.', schema: roomMember, example: memberExample },
    },
    errors: ['forbidden', 'room_not_found', 'member_not_found', 'last_owner'],
  },
  async ({ params: { id: roomId, memberId }, body: { role }, user }, { database }) => {
    const { room } = await authorise(database, user, 'room:manage', { roomId });
    const changed = await database.$transaction(async (tx) => {
      await bumpRoster(tx, room.id);
      const member = await findMember(tx, room.id, memberId);
      if (member.agent && role === 'owner') {
        throw invalid([{ path: 'body.role', code: 'invalid_value', message: 'an agent cannot be an owner' }]);
      }
      if (
        member.role === 'owner' &&
        role === 'member' &&
        !(await hasOthers(tx, room.id, memberId, 'owner'))
      ) {
        throw lastOwner();
      }
      return tx.roomMember.update({ where: { id: memberId }, data: { role }, select: memberFields });
    });
    return { status: 200, body: viewMember(changed) };
  },
);

export const removeMember = defineRoute(
  {
    method: 'DELETE',
    path: '/rooms/{id}/members/{memberId}',
    summary: 'Leave a room, or remove a member',
    description:
      'Everybody may leave; owners of the room and admins of its workspace may remove others. The last owner cannot go while other people are there.',
    tags: ['rooms'],
    auth: 'user',
    params,
    responses: { 204: { description: 'The member is gone.' } },
    errors: ['forbidden', 'room_not_found', 'member_not_found', 'last_owner'],
  },
  async ({ params: { id: roomId, memberId }, user }, { database, relay, logger }) => {
    const { room, member: own } = await authorise(database, user, 'room:read', { roomId });
    if (own?.id !== memberId) await authorise(database, user, 'room:manage', { roomId });
    const removed = await database.$transaction(async (tx) => {
      await bumpRoster(tx, room.id);
      const member = await findMember(tx, room.id, memberId);
      if (
        member.role === 'owner' &&
        !(await hasOthers(tx, room.id, memberId, 'owner')) &&
        (await hasOthers(tx, room.id, memberId, 'member'))
      ) {
        throw lastOwner();
      }
      await tx.roomMember.delete({ where: { id: memberId } });
      await recordAudit(tx, {
        action: 'room_member_removed',
        actorId: user.userId,
        workspaceId: room.workspaceId,
        target: ['room', room.id],
        data: member.agent ? { agentId: member.agent.id } : { userId: member.user?.id ?? null },
      });
      return member;
    });
    const { userId, agentId, name } = viewMember(removed);
    await announce({ relay, logger }, [
      {
        roomId: room.id,
        event: {
          type: 'member.left',
          memberId,
          name,
          ...(userId === undefined ? {} : { userId }),
          ...(agentId === undefined ? {} : { agentId }),
        },
        key: `member.left:${memberId}`,
      },
    ]);
    return { status: 204 };
  },
);

async function findMember(tx: Prisma.TransactionClient, roomId: string, memberId: string) {
  const member = await tx.roomMember.findFirst({ where: { id: memberId, roomId }, select: memberFields });
  if (member === null) throw new ApiError('member_not_found', 'The room has no such member.');
  return member;
}

/** Whether other people of this role are in the room. */
async function hasOthers(
  tx: Prisma.TransactionClient,
  roomId: string,
  memberId: string,
  role: 'owner' | 'member',
): Promise<boolean> {
  const other = await tx.roomMember.findFirst({
    where: { roomId, role, userId: { not: null }, id: { not: memberId } },
    select: { id: true },
  });
  return other !== null;
}

const lastOwner = (): ApiError =>
  new ApiError('last_owner', 'This is the only owner of the room. Make somebody else an owner first.');
