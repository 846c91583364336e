/**
 * Members addressed by `@Name` in a text, in order of appearance, each once. Case is ignored; of two names that begin
 * alike the longer one wins; a name must not go on as a word (`@Anna` is not `@Ann`).
 */
export function findMentions<T extends { name: string }>(text: string, members: readonly T[]): T[] {
  const lower = text.toLowerCase();
  const byLength = [...members].sort((a, b) => b.name.length - a.name.length);
  const found: T[] = [];
  for (let at = lower.indexOf('@'); at !== -1; at = lower.indexOf('@', at + 1)) {
    const hit = byLength.find(({ name }) => {
      const end = at + 1 + name.length;
      return (
        name !== '' &&
        lower.startsWith(name.toLowerCase(), at + 1) &&
        !/[\p{L}\p{N}_]/u.test(lower.charAt(end))
      );
    });
    if (hit && !found.includes(hit)) found.push(hit);
  }
  return found;
}

interface Addressed {
  text: string;
  mentions: readonly string[];
}

/** Agents that a message addresses: named explicitly by member id first, then by `@Name` in the text. */
export function addressedAgents<T extends { memberId: string; name: string }>(
  message: Addressed,
  agents: readonly T[],
): T[] {
  const explicit = agents.filter((agent) => message.mentions.includes(agent.memberId));
  const named = findMentions(message.text, agents).filter((agent) => !explicit.includes(agent));
  return [...explicit, ...named];
}

/**
 * Whether a person's message starts a turn: a workflow is attached; or some agent is there, and either one is addressed or
 * the room lets the router pick. The API uses it to tell the turn id, the room workflow to start the turn.
 */
export function startsTurn(
  message: Addressed,
  room: {
    agentReplies: 'auto' | 'mentioned';
    agents: readonly { memberId: string; name: string }[];
    workflow?: object | null;
  },
): boolean {
  if (room.workflow) return true;
  if (room.agents.length === 0) return false;
  return room.agentReplies === 'auto' || addressedAgents(message, room.agents).length > 0;
}
