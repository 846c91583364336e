import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerFrame } from '../../../workflows/contracts/events';
import type { Account } from './account';
import type { ApiClient } from './api-client';
import type { Change, Role } from './cast';
import { enterRoom, hirePerformer, type Performer } from './performers';
import { openRoomClient, type RoomClient, type RoomClientOptions } from './room-client';
import type { Stage } from './stage';
import type { Witness } from './verdict';

/** A client and its number; the owner's is 0. */
export interface Seat {
  number: number;
  client: RoomClient;
}

/** The people of a log, each with a WebSocket of their own while they are in the room, and the owner, who watches. */
export interface Company {
  readonly roles: readonly Role[];
  /** Registers a role, and lets it in if it is there from the start. */
  hire(role: number): Promise<void>;
  /** null: the owner. @throws when the role is not in the room. */
  seatOf(role: number | null): Seat;
  apply(change: Change): Promise<void>;
  /** Room member id of an agent, or else of somebody who is in the room. */
  memberId(name: string): string | undefined;
  readonly seats: readonly Seat[];
  witnesses(): Witness[];
  readonly reconnects: number;
  close(): void;
}

interface Actor {
  performer: Performer;
  name: string;
  /** null: not in the room. */
  presence: (Seat & { memberId: string }) | null;
}

export interface CompanyOptions {
  api: ApiClient;
  owner: Account;
  stage: Stage;
  roles: readonly Role[];
  onFrame: (client: number, frame: ServerFrame, at: number) => void;
}

/** How long a person's own socket is waited for to tell of their new name, in milliseconds. */
const renameMs = 2000;

/** Begins with the owner alone. */
export async function gatherCompany(options: CompanyOptions): Promise<Company> {
  const { api, owner, stage, roles, onFrame } = options;
  const { roomId } = stage;
  const actors = new Map<number, Actor>();
  const seats: (Seat & { name: string; left: boolean })[] = [];
  let clients = 0;
  /** Called with every frame of a client, by its number. */
  const watchers = new Map<number, (frame: ServerFrame) => void>();

  function nextClient(): { number: number; connection: Omit<RoomClientOptions, 'account'> } {
    const number = clients;
    clients += 1;
    const listen = (frame: ServerFrame, at: number): void => {
      watchers.get(number)?.(frame);
      onFrame(number, frame, at);
    };
    return { number, connection: { apiUrl: api.url, roomId, onFrame: listen } };
  }

  const { number, connection } = nextClient();
  const ownSeat = { number, client: await openRoomClient({ ...connection, account: owner }) };
  seats.push({ ...ownSeat, name: 'the owner', left: false });

  function actorOf(role: number): Actor {
    const actor = actors.get(role);
    if (!actor) throw new Error(`Nobody plays ${roles[role]?.nick ?? String(role)}.`);
    return actor;
  }

  async function enter(actor: Actor): Promise<void> {
    const next = nextClient();
    const { memberId, client } = await enterRoom(owner, actor.performer, next.connection);
    actor.presence = { number: next.number, client, memberId };
    seats.push({ number: next.number, client, name: actor.name, left: false });
  }

  async function leave(actor: Actor): Promise<void> {
    const { presence } = actor;
    if (!presence) return;
    actor.presence = null;
    for (const seat of seats) if (seat.number === presence.number) seat.left = true;
    presence.client.close();
    await actor.performer.account.call('DELETE', `/rooms/${roomId}/members/${presence.memberId}`);
  }

  /** A socket signs messages with the new name once it has told of it. */
  async function rename(actor: Actor, name: string): Promise<void> {
    const { performer, presence } = actor;
    const told = new Promise<void>((resolve) => {
      if (!presence) resolve();
      else
        watchers.set(presence.number, (frame) => {
          if (frame.type === 'member.renamed' && frame.memberId === presence.memberId) resolve();
        });
    });
    await performer.account.call('PATCH', '/users/me', { name });
    await Promise.race([told, sleep(renameMs, undefined, { ref: false })]);
    if (presence) watchers.delete(presence.number);
    actor.name = name;
  }

  return {
    roles,
    seats,
    async hire(role) {
      const { nick: name = '', fromStart = false } = roles[role] ?? {};
      const actor: Actor = { performer: await hirePerformer(api, name), name, presence: null };
      actors.set(role, actor);
      if (fromStart) await enter(actor);
    },
    seatOf(role) {
      if (role === null) return ownSeat;
      const { presence, name } = actorOf(role);
      if (!presence) throw new Error(`${name} is not in the room.`);
      return presence;
    },
    async apply(change) {
      const actor = actorOf(change.role);
      if (change.type === 'join') await enter(actor);
      else if (change.type === 'leave') await leave(actor);
      else await rename(actor, change.to);
    },
    memberId(name) {
      const wanted = name.toLowerCase();
      const agent = stage.agents.find((candidate) => candidate.name.toLowerCase() === wanted);
      const person = [...actors.values()].find(
        (actor) => actor.presence && actor.name.toLowerCase() === wanted,
      );
      return agent?.memberId ?? person?.presence?.memberId;
    },
    witnesses: () =>
      seats.map(({ name, client, left }) => ({ name, left, since: client.since, arrivals: client.arrivals })),
    get reconnects() {
      return seats.reduce((sum, { client }) => sum + client.reconnects, 0);
    },
    close() {
      for (const { client } of seats) client.close();
    },
  };
}
