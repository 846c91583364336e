import { initialRoom, isBehind } from '../../../apps/console/src/room/room-state';
import { event, frame, hello, joined, me, message, now, other, run, snapshot } from './room-fixture';

const tom = { id: 'member-tom', kind: 'user', userId: other.id, name: 'Tom', role: 'member' } as const;

test('who is online comes with the greeting and changes with presence', () => {
  const state = run(joined(), frame(hello({ offset: 100, online: [{ userId: me.id, name: 'Me' }] })));
  expect([...state.people.online]).toEqual([me.id]);
  const both = run(state, frame({ type: 'presence', userId: other.id, name: 'Tom', online: true }));
  expect([...both.people.online]).toEqual([me.id, other.id]);
  const one = run(both, frame({ type: 'presence', userId: me.id, name: 'Me', online: false }));
  expect([...one.people.online]).toEqual([other.id]);
});

test('somebody types until they say so, send, go offline, or six seconds have passed', () => {
  const typing = run(joined(), frame({ type: 'typing', userId: other.id, name: 'Tom', on: true }));
  expect(typing.people.typing).toMatchObject([{ name: 'Tom' }]);
  const endings = [
    frame({ type: 'typing', userId: other.id, name: 'Tom', on: false }),
    event(101, { type: 'message.created', message: message(1) }),
    frame({ type: 'presence', userId: other.id, name: 'Tom', online: false }),
    { type: 'tick', at: now + 6000 } as const,
  ];
  for (const ending of endings) expect(run(typing, ending).people.typing).toEqual([]);
  expect(run(typing, { type: 'tick', at: now + 5000 }).people.typing).toHaveLength(1);
});

test('members come, are renamed and go', () => {
  const come = run(joined(), event(101, { type: 'member.joined', member: tom }));
  expect(come.people.members).toEqual([tom]);
  const renamed = run(
    come,
    event(102, { type: 'member.renamed', memberId: tom.id, name: 'Thomas', previous: 'Tom' }),
    event(103, { type: 'member.joined', member: { ...tom, name: 'Thomas' } }),
  );
  expect(renamed.people.members).toEqual([{ ...tom, name: 'Thomas' }]);
  const gone = run(
    renamed,
    event(104, { type: 'member.left', memberId: tom.id, userId: other.id, name: 'Thomas' }),
  );
  expect(gone).toMatchObject({ people: { members: [] }, ended: null });
});

test('a change of members during a reading makes it be read once more, since the answer may be older', () => {
  const reading = run(initialRoom(me), frame(hello()));
  const { missed } = reading;
  const changed = run(reading, event(101, { type: 'member.joined', member: tom }));
  expect(isBehind(run(changed, { type: 'caught-up', missed, snapshot }))).toBe(true);
});

test('the room ends for whoever is removed, and for all when it is deleted', () => {
  const removed = run(
    joined(),
    event(101, { type: 'member.left', memberId: 'x', userId: me.id, name: 'Me' }),
  );
  expect(removed.ended).toBe('removed');
  expect(run(joined(), event(101, { type: 'room.deleted', roomId: 'room' })).ended).toBe('deleted');
});

test('read markers only move forward; one’s own may move in another window', () => {
  const read = (userId: string, seq: number) => frame({ type: 'read', userId, seq });
  const state = run(joined(5), read(other.id, 4), read(other.id, 2), read(me.id, 5));
  expect(state.people.read).toEqual({ [other.id]: 4, [me.id]: 5 });
  expect(state.readSeq).toBe(5);
  expect(run(state, { type: 'read', seq: 3 }).readSeq).toBe(5);
});

test('the line above what is new stands where one had stopped reading, until one writes', () => {
  const fresh = run(initialRoom(me), frame(hello({ lastSeq: 9, readSeq: 6, unread: 3 })));
  expect(fresh.unreadFrom).toBe(7);
  const queued = { id: 'q', text: 'hi', mentions: [], replyTo: null, state: 'sending' } as const;
  expect(run(fresh, { type: 'queue', message: queued }).unreadFrom).toBeNull();
});

test('what arrives while nobody looks is new; it stays marked when one comes back', () => {
  const next = event(101, { type: 'message.created', message: message(3) });
  expect(run(joined(2), next).unreadFrom).toBeNull();
  const back = run(joined(2), { type: 'away', away: true }, next, { type: 'away', away: false });
  expect(back.unreadFrom).toBe(3);
  const left = run(back, { type: 'read', seq: 3 }, { type: 'away', away: true });
  expect(left.unreadFrom).toBeNull();
});

test('one’s own message from another window is not new', () => {
  const author = { kind: 'user', id: me.id, name: 'Me' } as const;
  const mine = event(101, { type: 'message.created', message: message(3, { author }) });
  expect(run(joined(2), { type: 'away', away: true }, mine).unreadFrom).toBeNull();
});
