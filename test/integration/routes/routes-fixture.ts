import { randomUUID } from 'node:crypto';
import { roomChannel, type Relay } from '../../../infra/relay/relay';
import { newPerson, type Person } from '../../support/people';
import type { TestApi } from '../api/api-fixture';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** What tests look at in a problem. */
export interface Failure {
  code: string;
  detail: string;
  errors?: { path: string; code: string }[];
}

export interface MemberBody {
  id: string;
  kind: string;
  userId?: string;
  agentId?: string;
  name: string;
  role: string;
}

/** Status and code of an answer that is an error. */
export async function refusal(
  person: Person,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<[number, string]> {
  const reply = await person.call<Failure>(method, path, body, headers);
  return [reply.status, reply.body.code];
}

/** A person of somebody's workspace who is in none of its rooms. */
export async function colleague(
  api: TestApi,
  admin: Person,
  name: string,
  role: 'admin' | 'teacher' | 'student' | 'member' = 'member',
): Promise<Person> {
  const person = await newPerson(api.url, name);
  await admin.must('POST', `/workspaces/${admin.workspaceId}/members`, { email: person.email, role });
  return person;
}

export async function newRoomOf(owner: Person, settings: object = {}): Promise<string> {
  const { id } = await owner.must<{ id: string }>('POST', '/rooms', { name: 'Lab', ...settings });
  return id;
}

export async function newAgentOf(owner: Person, name = `Agent ${randomUUID().slice(0, 8)}`): Promise<string> {
  const { id } = await owner.must<{ id: string }>('POST', '/agents', { name, instructions: 'You help.' });
  return id;
}

export async function membersOf(person: Person, roomId: string): Promise<MemberBody[]> {
  const page = await person.must<Page<MemberBody>>('GET', `/rooms/${roomId}/members?limit=200`);
  return page.items;
}

/** The member id of a person in a room. */
export async function memberIdOf(person: Person, roomId: string): Promise<string> {
  const own = (await membersOf(person, roomId)).find(({ userId }) => userId === person.id);
  if (!own) throw new Error(`${person.name} is not in the room`);
  return own.id;
}

export async function rosterVersion({ database }: TestApi, roomId: string): Promise<number> {
  const room = await database.room.findUniqueOrThrow({ where: { id: roomId } });
  return room.rosterVersion;
}

/** What a room's listeners were told while `work` was done, without the offsets. */
export async function eventsDuring(
  { services }: TestApi,
  roomId: string,
  work: () => Promise<unknown>,
): Promise<Record<string, unknown>[]> {
  const relay: Relay = services.relay;
  const since = await relay.position(roomChannel(roomId));
  await work();
  const recovery = await relay.recover(roomChannel(roomId), since);
  if (!recovery.recovered) throw new Error('the channel was lost');
  return recovery.missed.map(({ frame }) => {
    const event = JSON.parse(frame) as Record<string, unknown>;
    delete event.offset;
    return event;
  });
}

/** Stored messages without a worker: `Message 1` to `Message n` by a person. */
export async function storeMessages(
  { database }: TestApi,
  roomId: string,
  author: Person,
  count: number,
): Promise<void> {
  const from = (await database.room.findUniqueOrThrow({ where: { id: roomId } })).lastSeq;
  await database.message.createMany({
    data: Array.from({ length: count }, (_, index) => ({
      id: randomUUID(),
      roomId,
      seq: from + index + 1,
      authorKind: 'user' as const,
      authorId: author.id,
      authorName: author.name,
      text: `Message ${String(from + index + 1)}`,
    })),
  });
  await database.room.update({
    where: { id: roomId },
    data: { lastSeq: from + count, lastMessageAt: new Date() },
  });
}
