import type { RosterAgent, Submission } from '../../../workflows/contracts/room';
import type { ActivePolicy } from '../../../workflows/contracts/triggers/policy';
import { messageEvents } from '../../../workflows/room/message-events';
import { conditionsOf } from '../../../workflows/triggers/conditions';
import { SeenEvent } from '../../../workflows/triggers/seen-event';

/** A policy of the room for people's messages. */
export type MessagePolicy = Pick<ActivePolicy, 'id' | 'conditions'>;

/**
 * Whether some policy takes the message, as far as the message alone tells: counts, cooldowns and quiet hours are known to
 * the room's workflow only.
 */
export function takenByPolicies(
  { messageId: id, author, mentions, replyTo, text, role = 'guest' }: Submission,
  room: { id: string; agents: readonly Pick<RosterAgent, 'memberId' | 'agentId' | 'name'>[] },
  policies: readonly MessagePolicy[],
): boolean {
  const message = { id, author, mentions, replyTo, role, turnId: null, content: { text } };
  const place = { roomId: room.id, agents: room.agents, at: Date.now() };
  return messageEvents([message], place).some((event) => {
    const seen = new SeenEvent(event);
    return policies.some(({ conditions }) =>
      conditionsOf({ conditions }).every((condition) => condition.look(seen, { messages: Infinity }).met),
    );
  });
}
