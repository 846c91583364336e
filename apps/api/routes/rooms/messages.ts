import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Message } from '../../../../prisma/generated/client';
import type { MessageView } from '../../../../workflows/contracts/events';
import { pageLimit, queryInteger } from '../../http/query';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { createPostMessage } from '../../rooms/post-message';
import { at, ids } from '../examples';
import { listOf, timestamp, uuid } from '../fields';

const message = z
  .object({
    id: uuid(ids.message),
    seq: z.int().min(1).meta({ description: 'Position in the room: 1, 2, 3, … without gaps.' }),
    roomId: uuid(ids.room),
    author: z.object({
      kind: z.enum(['user', 'agent', 'system']),
      id: uuid(ids.ada).nullable().meta({ description: 'User or agent id; null for the system.' }),
      name: z.string().meta({ description: 'The name when the message was written.' }),
    }),
    text: z.string(),
    mentions: z.array(uuid(ids.teacherMember)).meta({ description: 'Room member ids.' }),
    replyTo: uuid(ids.message).optional(),
    turnId: uuid(ids.turn).optional().meta({
      description: 'The turn that produced it (agents) or that it started (people).',
    }),
    createdAt: timestamp,
  })
  .meta({ id: 'Message' });

const messageExample: z.input<typeof message> = {
  id: ids.message,
  seq: 11,
  roomId: ids.room,
  author: { kind: 'user', id: ids.ada, name: 'Ada' },
  text: '@Teacher why are leaves green?',
  mentions: [ids.teacherMember],
  turnId: ids.turn,
  createdAt: at,
};

/** Largest seq that Postgres stores. */
const maxSeq = 2_147_483_647;
const seq = queryInteger({ min: 0, max: maxSeq, example: 0 });

export const getMessages = defineRoute(
  {
    method: 'GET',
    path: '/rooms/{id}/messages',
    summary: 'Read messages',
    description:
      'Always in order of `seq`. With `after`: the first messages after it, and `nextCursor` is the `after` of the next page. Otherwise the newest messages (below `before`, if given), and `nextCursor` is the `before` of the page of older ones.',
    tags: ['messages'],
    auth: 'user',
    params: { id: uuid(ids.room) },
    query: {
      limit: pageLimit,
      after: seq.optional().meta({ description: 'Only messages with a `seq` above it.', example: 0 }),
      before: seq.optional().meta({ description: 'Only messages with a `seq` below it.', example: 100 }),
      cursor: seq.optional().meta({
        description: 'The `nextCursor` of the page before; goes on in the direction of that page.',
        example: 50,
      }),
    },
    responses: {
      200: {
        description: 'A page of messages.',
        schema: listOf(message),
        example: { items: [messageExample], nextCursor: null },
      },
    },
    errors: ['room_not_found'],
  },
  async ({ params, query, user }, { database }) => {
    const { room } = await authorise(database, user, 'room:read', { roomId: params.id });
    const { limit, cursor } = query;
    const forward = query.after !== undefined;
    const after = forward ? (cursor ?? query.after) : undefined;
    const before = forward ? query.before : (cursor ?? query.before);
    const rows = await database.message.findMany({
      where: {
        roomId: room.id,
        seq: {
          ...(after === undefined ? {} : { gt: after }),
          ...(before === undefined ? {} : { lt: before }),
        },
      },
      orderBy: { seq: forward ? 'asc' : 'desc' },
      take: limit + 1,
    });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const nextCursor = rows.length > limit && last ? String(last.seq) : null;
    if (!forward) shown.reverse();
    return { status: 200, body: { items: shown.map(viewMessage), nextCursor } };
  },
);

export const postMessage = defineRoute(
  {
    method: 'POST',
    path: '/rooms/{id}/messages',
    summary: 'Post a message',
    description:
      'Answers as soon as the message is safe; it appears in the room a moment later. With an `id` of your own the request can be repeated until it is answered: the same id is one message. `turnId` is the turn in which agents answer, null when none will.',
    tags: ['messages'],
    auth: 'user',
    params: { id: uuid(ids.room) },
    idempotent: true,
    body: {
      schema: z.strictObject({
        id: uuid(ids.message).optional(),
        text: z.string().min(1).max(50_000).meta({
          description: 'At most MESSAGE_MAX_CHARS characters (a setting, default 16,000).',
          example: '@Teacher why are leaves green?',
        }),
        mentions: z
          .array(uuid(ids.teacherMember))
          .max(50)
          .default([])
          .meta({ description: 'Room member ids. `@Name` in the text addresses agents too.' }),
        replyTo: uuid(ids.message)
          .nullable()
          .default(null)
          .meta({ description: 'Id of a message of the room.' }),
      }),
      example: { text: '@Teacher why are leaves green?' },
    },
    responses: {
      202: {
        description: 'Taken.',
        schema: z.object({ messageId: uuid(ids.message), turnId: uuid(ids.turn).nullable() }),
        example: { messageId: ids.message, turnId: ids.turn },
      },
    },
    errors: [
      'forbidden',
      'room_not_found',
      'message_not_found',
      'message_id_taken',
      'turn_in_progress',
      'temporal_unavailable',
    ],
  },
  async ({ params, body, user, ctx }, services) => {
    const access = await authorise(services.database, user, 'room:write', { roomId: params.id });
    const id = body.id ?? newMessageId(access.room.id, user.userId, ctx.get('Idempotency-Key'));
    const taken = await createPostMessage(services)(access, user, { ...body, id });
    return { status: 202, body: taken };
  },
);

/** With an Idempotency-Key always the same: should the first answer be lost on its way, the repeat is the same message. */
const newMessageId = (roomId: string, userId: string, key: string): string =>
  key === '' ? uuidv7() : uuidv5(`${userId} ${key}`, roomId);

function viewMessage(row: Message): MessageView {
  const { id, roomId, authorKind, authorId, authorName, text, mentions, replyToId, turnId } = row;
  return {
    id,
    seq: row.seq,
    roomId,
    author: { kind: authorKind, id: authorId, name: authorName },
    text,
    mentions,
    ...(replyToId === null ? {} : { replyTo: replyToId }),
    ...(turnId === null ? {} : { turnId }),
    createdAt: row.createdAt.toISOString(),
  };
}
