import { randomBytes, randomUUID } from 'node:crypto';
import { signIn, type Account } from './account';
import type { ApiClient } from './api-client';
import { openRoomClient, type RoomClient, type RoomClientOptions } from './room-client';

/** A person who was registered to play somebody of the log. */
export interface Performer {
  readonly email: string;
  readonly account: Account;
}

/** Registers somebody new, with a password that is kept in memory only. */
export async function hirePerformer(api: ApiClient, nick: string): Promise<Performer> {
  const handle = nick
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 20)
    .replace(/^-|-$/g, '');
  const email = `${handle || 'person'}-${randomUUID()}@example.org`;
  const password = randomBytes(24).toString('base64url');
  await api.call('POST', '/auth/register', { body: { email, password, name: nick } });
  return { email, account: await signIn(api, email, password) };
}

/** The room's owner lets a performer in, who then opens a WebSocket. */
export async function enterRoom(
  owner: Account,
  { email, account }: Performer,
  connection: Omit<RoomClientOptions, 'account'>,
): Promise<{ memberId: string; client: RoomClient }> {
  const path = `/rooms/${connection.roomId}/members`;
  const { id: memberId } = await owner.call<{ id: string }>('POST', path, { email });
  return { memberId, client: await openRoomClient({ ...connection, account }) };
}
