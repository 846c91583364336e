import { randomUUID } from 'node:crypto';

/** Somebody with an account and a bearer token. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly token: string;
  /** The personal workspace made at registration. */
  readonly workspaceId: string;
  /** Calls the API as this person. Paths begin below /api/v1. */
  call<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply<T>>;
  /** The same, and throws unless the status is 2xx. */
  must<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
}

export interface Reply<T> {
  status: number;
  body: T;
  headers: Headers;
}

export const password = 'correct horse battery staple';

/** Registers somebody new under a unique address. */
export async function newPerson(apiUrl: string, name: string): Promise<Person> {
  const email = `${name.toLowerCase().replace(/\W/g, '')}-${randomUUID()}@example.org`;
  const registered = await fetchJson<{ user: { id: string } }>(`${apiUrl}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password, name }),
  });
  if (registered.status !== 201)
    throw new Error(`register: ${String(registered.status)} ${JSON.stringify(registered.body)}`);
  return signIn(apiUrl, { id: registered.body.user.id, name, email });
}

/** Signs in by the password flow; after an API restart on another port, for example. */
export async function signIn(
  apiUrl: string,
  who: { id: string; name: string; email: string },
): Promise<Person> {
  const granted = await fetchJson<{ access_token: string }>(`${apiUrl}/api/v1/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'password', username: who.email, password }).toString(),
  });
  if (granted.status !== 200)
    throw new Error(`token: ${String(granted.status)} ${JSON.stringify(granted.body)}`);
  const token = granted.body.access_token;
  const call = <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> =>
    fetchJson<T>(`${apiUrl}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const must = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const reply = await call<T>(method, path, body);
    if (reply.status >= 300)
      throw new Error(`${method} ${path}: ${String(reply.status)} ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const me = await must<{ memberships: { workspaceId: string }[] }>('GET', '/auth/me');
  return { ...who, token, workspaceId: me.memberships[0]?.workspaceId ?? '', call, must };
}

async function fetchJson<T>(url: string, init: RequestInit): Promise<Reply<T>> {
  const response = await fetch(url, init);
  const text = await response.text();
  return {
    status: response.status,
    body: (text === '' ? undefined : JSON.parse(text)) as T,
    headers: response.headers,
  };
}

export interface RoomSetup {
  id: string;
  /** Agent member ids by name. */
  agents: Record<string, string>;
}

/** A room of `owner` with more people and with agents of the given names (instructions by name). */
export async function newRoom(
  owner: Person,
  {
    people = [],
    agents = {},
    ...settings
  }: {
    people?: Person[];
    agents?: Record<string, string>;
    name?: string;
    turnPolicy?: string;
    agentReplies?: string;
    maxRounds?: number;
  } = {},
): Promise<RoomSetup> {
  const room = await owner.must<{ id: string }>('POST', '/rooms', { name: 'Test room', ...settings });
  for (const person of people) await owner.must('POST', `/rooms/${room.id}/members`, { email: person.email });
  const members: Record<string, string> = {};
  for (const [name, instructions] of Object.entries(agents)) {
    const agent = await agentNamed(owner, name, instructions);
    const member = await owner.must<{ id: string }>('POST', `/rooms/${room.id}/members`, {
      agentId: agent.id,
    });
    members[name] = member.id;
  }
  return { id: room.id, agents: members };
}

/** The owner's agent of that name, made when there is none. */
async function agentNamed(owner: Person, name: string, instructions: string): Promise<{ id: string }> {
  const { items } = await owner.must<{ items: { id: string; name: string }[] }>('GET', '/agents?limit=200');
  return items.find((agent) => agent.name === name) ?? owner.must('POST', '/agents', { name, instructions });
}

export interface Message {
  id: string;
  seq: number;
  author: { kind: string; id: string | null; name: string };
  text: string;
  createdAt: string;
}

/** Every message of a room, oldest first, read page by page. */
export async function allMessages(person: Person, roomId: string): Promise<Message[]> {
  const messages: Message[] = [];
  for (;;) {
    const after = messages.at(-1)?.seq ?? 0;
    const { items } = await person.must<{ items: Message[] }>(
      'GET',
      `/rooms/${roomId}/messages?after=${String(after)}&limit=200`,
    );
    if (items.length === 0) return messages;
    messages.push(...items);
  }
}
