import type { Account } from './account';

export interface AgentMember {
  memberId: string;
  name: string;
}

/** The room that a log is played into. */
export interface Stage {
  roomId: string;
  created: boolean;
  agents: AgentMember[];
}

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/**
 * Finds the owner's room of this name, or makes one in which agents answer when they are mentioned, with all active agents
 * of the workspace as members.
 */
export async function prepareStage(owner: Account, name: string): Promise<Stage> {
  const rooms = await all<{ id: string; name: string }>(owner, '/rooms?mine=true');
  const room = rooms.find((candidate) => candidate.name === name);
  if (room) return { roomId: room.id, created: false, agents: await agentsOf(owner, room.id) };
  const { id } = await owner.call<{ id: string }>('POST', '/rooms', { name, agentReplies: 'mentioned' });
  for (const agent of await all<{ id: string; status: string }>(owner, '/agents')) {
    if (agent.status === 'active') await owner.call('POST', `/rooms/${id}/members`, { agentId: agent.id });
  }
  return { roomId: id, created: true, agents: await agentsOf(owner, id) };
}

async function agentsOf(owner: Account, roomId: string): Promise<AgentMember[]> {
  const members = await all<{ id: string; kind: string; name: string }>(owner, `/rooms/${roomId}/members`);
  return members.flatMap(({ id, kind, name }) => (kind === 'agent' ? [{ memberId: id, name }] : []));
}

/** Every item of a list, page by page. */
async function all<T>(account: Account, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query = `${path.includes('?') ? '&' : '?'}limit=200${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const page: Page<T> = await account.call<Page<T>>('GET', `${path}${query}`);
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}
