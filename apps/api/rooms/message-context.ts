import type { Database } from '../../../infra/database/client';
import type { MessagePolicy } from './taken-by-policies';

export interface MessageContext {
  /** The stored message that has the new one's id. */
  own?: { roomId: string; authorId: string | null };
  /** Whether the message that it replies to is one of the room's. */
  replied: boolean;
  /** How many of the mentioned members the room has. */
  members: number;
  /** Active agents of the room. */
  agents: { memberId: string; agentId: string; name: string }[];
  /** The workflow that a message runs. */
  workflow: { id: string } | null;
  /** Trigger policies in scope that wait for people's messages. */
  policies: MessagePolicy[];
}

interface Row {
  known: { id: string; roomId: string; authorId: string | null }[];
  members: number;
  agents: MessageContext['agents'];
  workflow: MessageContext['workflow'];
  policies: MessagePolicy[];
}

/** Everything in the record that decides over a new message, in one round trip: this stands before every message. */
export async function readMessageContext(
  database: Database,
  roomId: string,
  message: { id: string; replyTo: string | null; mentions: readonly string[] },
): Promise<MessageContext> {
  const { id, replyTo, mentions } = message;
  const ids = replyTo === null ? [id] : [id, replyTo];
  const [row] = await database.$queryRaw<Row[]>`
    SELECT
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'roomId', room_id, 'authorId', author_id)), '[]')
       FROM messages WHERE id = ANY(${ids}::uuid[])) AS known,
      (SELECT count(*)::int FROM room_members
       WHERE room_id = ${roomId}::uuid AND id = ANY(${mentions}::uuid[])) AS members,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('memberId', m.id, 'agentId', a.id, 'name', a.name)), '[]')
       FROM room_members m JOIN agents a ON a.id = m.agent_id AND a.status = 'active'
       WHERE m.room_id = ${roomId}::uuid
         AND EXISTS (SELECT FROM agent_versions v WHERE v.agent_id = a.id)) AS agents,
      (SELECT jsonb_build_object('id', w.id) FROM rooms r JOIN workflows w ON w.id = r.workflow_id
       WHERE r.id = ${roomId}::uuid AND w.deleted_at IS NULL AND w.published_version IS NOT NULL) AS workflow,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'conditions', p.conditions)), '[]')
       FROM rooms r JOIN trigger_policies p ON p.workspace_id = r.workspace_id
       WHERE r.id = ${roomId}::uuid AND p.event_type = 'user_message' AND p.enabled
         AND (p.room_id = r.id OR p.course_id = r.course_id OR (p.room_id IS NULL AND p.course_id IS NULL
           AND (p.session_id IS NULL OR p.session_id = r.id::text)))) AS policies`;
  const { known = [], members = 0, agents = [], workflow = null, policies = [] } = row ?? {};
  const own = known.find((found) => found.id === id);
  return {
    ...(own ? { own } : {}),
    replied: known.some((found) => found.id === replyTo && found.roomId === roomId),
    members,
    agents,
    workflow,
    policies,
  };
}
