import type { NewMessage } from '../contracts/activities';
import { addressedAgents } from '../contracts/mentions';
import type { RosterAgent } from '../contracts/room';
import type { MessageEventData, TriggerEvent } from '../contracts/triggers/events';

/** What the messages of a room need to become events. */
interface Place {
  roomId: string;
  /** Of the room. */
  agents: readonly Pick<RosterAgent, 'memberId' | 'agentId' | 'name'>[];
  /** The present, in milliseconds since 1970: no message is from later, and those that do not say are from now. */
  at: number;
  /** Of answers, by message id, where they are known. */
  texts?: Readonly<Record<string, string>> | undefined;
}

/** The events that trigger policies may answer: messages of people and agents. */
export const messageEvents = (messages: readonly NewMessage[], place: Place): TriggerEvent[] =>
  messages.filter(({ author }) => author.kind !== 'system').map((message) => messageEvent(message, place));

function messageEvent(message: NewMessage, { roomId, agents, at, texts }: Place): TriggerEvent {
  const { id, author, content, role = 'guest', depth = 0, at: sentAt = at } = message;
  const isUser = author.kind === 'user';
  const text = 'text' in content ? content.text : (texts?.[id] ?? '');
  const addressed = addressedAgents({ text, mentions: message.mentions }, agents);
  const data: MessageEventData = {
    ...{ messageId: id, text },
    author: { ...author, role: isUser ? role : 'agent' },
    mentions: addressed.map(({ agentId }) => agentId),
  };
  const type = isUser ? 'user_message' : 'agent_message';
  return {
    id,
    type,
    at: Math.min(sentAt, at),
    depth,
    sessionId: roomId,
    data: { ...data, author: { ...data.author } },
  };
}
