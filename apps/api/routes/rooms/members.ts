import { z } from 'zod';
import { recordEvent } from '../../../../infra/triggers/record-event';
import { isUniqueViolation } from '../../http/infra-errors';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { recordAudit } from '../../identity/audit';
import { email } from '../../identity/auth-schemas';
import { authorise } from '../../identity/permissions';
import { announce } from '../../rooms/announce';
import { bumpRoster } from '../../rooms/roster';
import { defined } from '../defined';
import { ids } from '../examples';
import { idPage, listOf, pageOf, uuid } from '../fields';
import { most, within } from '../limits';
import { findNewcomer } from './find-newcomer';
import { memberExample, memberFields, roomMember, roomRole, viewMember } from './member-view';

export const getMembers = defineRoute(
  {
    method: 'GET',
    path: '/rooms/{id}/members',
    summary: 'List the members of a room',
    description: 'People and agents, in the order they joined.',
    tags: ['rooms'],
    auth: 'user',
    params: { id: uuid(ids.room) },
    query: idPage,
    responses: {
      200: {
        description: 'A page of members.',
        schema: listOf(roomMember),
        example: { items: [memberExample], nextCursor: null },
      },
    },
    errors: ['room_not_found'],
  },
  async ({ params, query: { limit, cursor }, user }, { database }) => {
    const { room } = await authorise(database, user, 'room:read', { roomId: params.id });
    const rows = await database.roomMember.findMany({
      where: { roomId: room.id, ...(cursor === undefined ? {} : { id: { gt: cursor } }) },
      orderBy: { id: 'asc' },
      take: limit + 1,
      select: memberFields,
    });
    return { status: 200, body: pageOf(rows, limit, viewMember, ({ id }) => id) };
  },
);

export const addMember = defineRoute(
  {
    method: 'POST',
    path: '/rooms/{id}/members',
    summary: 'Add a person or an agent to a room',
    description: `For owners of the room and admins of its workspace. Name exactly one of \`userId\`, \`email\` and \`agentId\`. People must belong to the workspace; its admins and teachers may name anybody who is registered by \`email\`, who then joins the workspace too. A room has at most ${most.membersPerRoom} members.`,
    tags: ['rooms'],
    auth: 'user',
    params: { id: uuid(ids.room) },
    idempotent: true,
    body: {
      schema: z
        .strictObject({
          userId: uuid(ids.ben).optional(),
          email: email.optional().meta({ example: 'ben@example.org' }),
          agentId: uuid(ids.teacher).optional(),
          role: roomRole.default('member').meta({ description: 'Agents are never owners.' }),
        })
        .refine(
          ({ userId, email, agentId }) =>
            [userId, email, agentId].filter((value) => value !== undefined).length === 1,
          'name exactly one of userId, email and agentId',
        )
        .refine(({ agentId, role }) => agentId === undefined || role === 'member', {
          path: ['role'],
          error: 'an agent cannot be an owner',
        }),
      example: { agentId: ids.teacher },
    },
    responses: { 201: { description: 'The member.', schema: roomMember, example: memberExample } },
    errors: [
      'forbidden',
      'room_not_found',
      'user_not_found',
      'agent_not_found',
      'agent_not_active',
      'already_a_member',
      'limit_reached',
    ],
  },
  async ({ params, body, user }, { database, relay, events, logger }) => {
    const { room, workspaceRole } = await authorise(database, user, 'room:manage', { roomId: params.id });
    const { role, ...newcomer } = body;
    const { added, happened } = await database
      .$transaction(async (tx) => {
        const who = await findNewcomer(tx, room.workspaceId, newcomer, {
          superAdmin: user.superAdmin,
          workspaceRole,
        });
        await bumpRoster(tx, room.id);
        within(
          most.membersPerRoom,
          await tx.roomMember.count({ where: { roomId: room.id } }),
          'members in a room',
        );
        const row = await tx.roomMember.create({
          data: { roomId: room.id, role, ...who },
          select: memberFields,
        });
        await recordAudit(tx, {
          action: 'room_member_added',
          actorId: user.userId,
          workspaceId: room.workspaceId,
          target: ['room', room.id],
          data: who,
        });
        const { id, kind, userId, agentId, name } = viewMember(row);
        const member = { id, kind, ...defined({ userId, agentId }), name };
        const { workspaceId } = room;
        const happened = await recordEvent(tx, {
          ...{ workspaceId, roomId: room.id, type: 'member_joined', data: { member } },
        });
        return { added: row, happened };
      })
      .catch((error: unknown) => {
        if (!isUniqueViolation(error)) throw error;
        throw new ApiError('already_a_member', 'This person or agent is in the room already.', {
          cause: error,
        });
      });
    events.send(happened);
    const view = viewMember(added);
    const { joinedAt, ...member } = view;
    await announce({ relay, logger }, [
      { roomId: room.id, event: { type: 'member.joined', member }, key: `member.joined:${member.id}` },
    ]);
    return { status: 201, body: { ...member, joinedAt } };
  },
);
