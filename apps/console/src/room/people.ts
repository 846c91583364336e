import type { MemberView, ServerFrame } from '../../../../workflows/contracts/events';

export interface Typist {
  readonly userId: string;
  readonly name: string;
  /** When to stop believing it, in milliseconds since 1970. */
  readonly until: number;
}

/** Who is in the room, who is there now, and how far each has read. */
export interface People {
  /** null until they were read. */
  readonly members: readonly MemberView[] | null;
  /** User ids. */
  readonly online: ReadonlySet<string>;
  readonly typing: readonly Typist[];
  /** The message up to which each has read, by user id. */
  readonly read: Readonly<Record<string, number>>;
}

export const nobody: People = { members: null, online: new Set(), typing: [], read: {} };

/** Clients repeat `typing` every three seconds while somebody types. */
const typingMs = 6000;

type PeopleFrame = Extract<
  ServerFrame,
  { type: 'presence' | 'typing' | 'read' | 'member.joined' | 'member.left' | 'member.renamed' }
>;

/** @param at now, in milliseconds since 1970. */
export function reducePeople(people: People, frame: PeopleFrame, at: number): People {
  switch (frame.type) {
    case 'presence': {
      const online = new Set(people.online);
      if (frame.online) online.add(frame.userId);
      else online.delete(frame.userId);
      return {
        ...people,
        online,
        typing: frame.online ? people.typing : withoutTypist(people, frame.userId),
      };
    }
    case 'typing': {
      const others = withoutTypist(people, frame.userId);
      const { userId, name } = frame;
      return { ...people, typing: frame.on ? [...others, { userId, name, until: at + typingMs }] : others };
    }
    case 'read':
      return withRead(people, [frame]);
    case 'member.joined': {
      const { id, kind, userId, agentId, name, role } = frame.member;
      const member: MemberView = {
        id,
        kind,
        name,
        role,
        ...(userId === undefined ? {} : { userId }),
        ...(agentId === undefined ? {} : { agentId }),
      };
      return withMembers(people, (members) => [...members.filter((other) => other.id !== id), member]);
    }
    case 'member.left':
      return {
        ...withMembers(people, (members) => members.filter(({ id }) => id !== frame.memberId)),
        typing: withoutTypist(people, frame.userId),
      };
    case 'member.renamed':
      return withMembers(people, (members) =>
        members.map((member) => (member.id === frame.memberId ? { ...member, name: frame.name } : member)),
      );
  }
}

function withMembers(people: People, to: (members: readonly MemberView[]) => readonly MemberView[]): People {
  return people.members === null ? people : { ...people, members: to(people.members) };
}

const withoutTypist = ({ typing }: People, userId: string | undefined): readonly Typist[] =>
  typing.some((typist) => typist.userId === userId)
    ? typing.filter((typist) => typist.userId !== userId)
    : typing;

/** Somebody who has sent a message has stopped typing it. */
export const stopTyping = (people: People, userId: string | null): People => {
  const typing = withoutTypist(people, userId ?? undefined);
  return typing === people.typing ? people : { ...people, typing };
};

/** Markers only move forward. */
export function withRead(people: People, markers: readonly { userId: string; seq: number }[]): People {
  const moved = markers.filter(({ userId, seq }) => seq > (people.read[userId] ?? 0));
  if (moved.length === 0) return people;
  return {
    ...people,
    read: { ...people.read, ...Object.fromEntries(moved.map(({ userId, seq }) => [userId, seq])) },
  };
}

export function expireTyping(people: People, at: number): People {
  const typing = people.typing.filter(({ until }) => until > at);
  return typing.length === people.typing.length ? people : { ...people, typing };
}
