import { z } from 'zod';
import type { RoomRole } from '../../../../prisma/generated/enums';
import type { MemberView } from '../../../../workflows/contracts/events';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';

export const roomRole = z.enum(['owner', 'member']).meta({ example: 'member' });

export const roomMember = z
  .object({
    id: uuid(ids.teacherMember).meta({ description: 'What `mentions` of a message name.' }),
    kind: z.enum(['user', 'agent']),
    userId: uuid(ids.ben).optional(),
    agentId: uuid(ids.teacher).optional(),
    name: z.string(),
    role: roomRole,
    joinedAt: timestamp,
  })
  .meta({ id: 'RoomMember', description: 'A person or an agent in a room.' });

export const memberExample = {
  id: ids.teacherMember,
  kind: 'agent',
  agentId: ids.teacher,
  name: 'Teacher',
  role: 'member',
  joinedAt: at,
} as const;

/** What a view needs of a row. */
export const memberFields = {
  id: true,
  role: true,
  joinedAt: true,
  user: { select: { id: true, name: true } },
  agent: { select: { id: true, name: true } },
} as const;

interface MemberRow {
  id: string;
  role: RoomRole;
  joinedAt: Date;
  user: { id: string; name: string } | null;
  agent: { id: string; name: string } | null;
}

export function viewMember(row: MemberRow): MemberView & { joinedAt: string } {
  const { id, role, user, agent } = row;
  const joinedAt = row.joinedAt.toISOString();
  return agent
    ? { id, kind: 'agent', agentId: agent.id, name: agent.name, role, joinedAt }
    : { id, kind: 'user', ...(user ? { userId: user.id } : {}), name: user?.name ?? '', role, joinedAt };
}
