import { z } from 'zod';
import type { Room } from '../../../../prisma/generated/client';
import type { RoomRole } from '../../../../prisma/generated/enums';
import { line } from '../../http/name-fields';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';
import { roomRole } from './member-view';

/** Settings of a room, as they are given and shown. */
export const roomSettings = {
  name: line(120).meta({ example: 'Why leaves are green' }),
  turnPolicy: z.enum(['enqueue', 'interrupt', 'reject', 'parallel']).meta({
    description: 'What happens to a message that would start a turn while another turn runs.',
    example: 'enqueue',
  }),
  agentReplies: z.enum(['auto', 'mentioned']).meta({
    description:
      '`auto`: without a mention the router picks who answers. `mentioned`: agents wait for a mention.',
    example: 'auto',
  }),
  maxRounds: z.int().min(1).max(20).meta({ description: 'Most agent answers in one turn.', example: 4 }),
} as const;

export const room = z
  .object({
    id: uuid(ids.room),
    workspaceId: uuid(ids.workspace),
    courseId: uuid(ids.course).nullable(),
    ...roomSettings,
    role: roomRole.nullable().meta({ description: 'Your role in the room; null when you are not a member.' }),
    lastSeq: z.int().min(0).meta({ description: '`seq` of the newest message; 0 while the room is empty.' }),
    readSeq: z.int().min(0).meta({ description: 'You have read up to this message.' }),
    unread: z.int().min(0).meta({ description: 'Messages after `readSeq`; 0 when you are not a member.' }),
    lastMessageAt: timestamp.nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'Room' });

export const roomExample: z.input<typeof room> = {
  id: ids.room,
  workspaceId: ids.workspace,
  courseId: null,
  name: 'Why leaves are green',
  turnPolicy: 'enqueue',
  agentReplies: 'auto',
  maxRounds: 4,
  role: 'owner',
  lastSeq: 12,
  readSeq: 10,
  unread: 2,
  lastMessageAt: at,
  createdAt: at,
};

/** What the caller is to the room. */
export interface OwnPart {
  role: RoomRole | null;
  readSeq: number;
}

export function viewRoom(row: Room, { role, readSeq }: OwnPart): z.input<typeof room> {
  const { id, workspaceId, courseId, name, turnPolicy, agentReplies, maxRounds, lastSeq } = row;
  return {
    id,
    workspaceId,
    courseId,
    name,
    turnPolicy,
    agentReplies,
    maxRounds,
    role,
    lastSeq,
    readSeq,
    unread: role === null ? 0 : Math.max(0, lastSeq - readSeq),
    lastMessageAt: row.lastMessageAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
