import type { MemberView, MessageView } from '../../../../workflows/contracts/events';
import type { Http } from './http';
import { ProblemError } from './problem';
import type {
  Agent,
  AgentDefinition,
  Approval,
  DecisionInput,
  Me,
  Page,
  Room,
  RoomChanges,
  RoomWorkflow,
  Run,
  User,
} from './shapes';

export type AgentInput = Pick<Agent, 'name' | 'instructions' | 'model'>;
export type Newcomer = { email: string } | { agentId: string };

/** The API as the page uses it. Every method throws ProblemError or UnreachableError. `key` is an idempotency key. */
export type Client = ReturnType<typeof createClient>;

const largestPage = 200;
/** More than any list here may have. */
const mostPages = 60;

export function createClient(http: Http) {
  /** A list, page by page. */
  async function all<T>(
    path: string,
    workspaceId?: string,
    query: Record<string, string> = {},
  ): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const options = { workspaceId, query: { ...query, limit: largestPage, cursor } };
      const answer: Page<T> = await http.request('GET', path, options);
      items.push(...answer.items);
      if (answer.nextCursor === null) break;
      cursor = answer.nextCursor;
    }
    return items;
  }

  return {
    refresh: () => http.refresh(),
    me: () => http.request<Me>('GET', '/auth/me'),
    login: (email: string, password: string) =>
      http.request<{ user: User }>('POST', '/auth/login', { body: { email, password } }),
    register: (input: { name: string; email: string; password: string }, key: string) =>
      http.request<{ user: User }>('POST', '/auth/register', { body: input, idempotencyKey: key }),
    logout: () => http.request<undefined>('POST', '/auth/logout', { body: {} }),

    rooms: (workspaceId: string) => all<Room>('/rooms', workspaceId, { mine: 'true' }),
    room: (id: string) => http.request<Room>('GET', `/rooms/${id}`),
    createRoom: (workspaceId: string, name: string, key: string) =>
      http.request<Room>('POST', '/rooms', { body: { name }, workspaceId, idempotencyKey: key }),
    updateRoom: (id: string, changes: RoomChanges) =>
      http.request<Room>('PATCH', `/rooms/${id}`, { body: changes }),
    deleteRoom: (id: string) => http.request<undefined>('DELETE', `/rooms/${id}`),

    members: (roomId: string) => all<MemberView>(`/rooms/${roomId}/members`),
    addMember: (roomId: string, newcomer: Newcomer, key: string) =>
      http.request<MemberView>('POST', `/rooms/${roomId}/members`, { body: newcomer, idempotencyKey: key }),
    removeMember: (roomId: string, memberId: string) =>
      http.request<undefined>('DELETE', `/rooms/${roomId}/members/${memberId}`),

    /** Always in order of `seq`; without `after`, the newest ones below `before`. Both bounds are exclusive. */
    messages: (roomId: string, query: { after?: number; before?: number; limit?: number }) =>
      http
        .request<Page<MessageView>>('GET', `/rooms/${roomId}/messages`, { query })
        .then(({ items }) => items),
    readMarkers: (roomId: string) => all<{ userId: string; seq: number }>(`/rooms/${roomId}/read`),
    /** The newest runs of a room, turns among them. */
    runs: (query: { roomId: string; limit: number; status?: string }) =>
      http.request<Page<Run>>('GET', '/runs', { query }).then(({ items }) => items),
    /** null: the room's agents answer by themselves. */
    roomWorkflow: (roomId: string) =>
      http.request<RoomWorkflow>('GET', `/rooms/${roomId}/workflow`).catch((error: unknown) => {
        if (error instanceof ProblemError && error.code === 'workflow_not_found') return null;
        throw error;
      }),

    /** The pending ones of a run, including those that others decide. */
    approvals: (runId: string) => all<Approval>('/approvals', undefined, { runId, status: 'pending' }),
    approval: (id: string) => http.request<Approval>('GET', `/approvals/${id}`),
    decide: (id: string, decision: DecisionInput, key: string) =>
      http.request<{ decided: boolean; missing: number }>('POST', `/approvals/${id}/decide`, {
        body: decision,
        idempotencyKey: key,
      }),

    agents: (workspaceId: string) => all<Agent>('/agents', workspaceId),
    definitions: () =>
      http.request<Page<AgentDefinition>>('GET', '/agents/definitions').then(({ items }) => items),
    createAgent: (workspaceId: string, input: AgentInput, key: string) =>
      http.request<Agent>('POST', '/agents', { body: input, workspaceId, idempotencyKey: key }),
    updateAgent: (id: string, changes: Partial<AgentInput>) =>
      http.request<Agent>('PATCH', `/agents/${id}`, { body: changes }),
  };
}
