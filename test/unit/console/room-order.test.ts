import { newestHole } from '../../../apps/console/src/room/message-log';
import { initialRoom, isBehind } from '../../../apps/console/src/room/room-state';
import { event, frame, hello, joined, me, message, run, seqs, snapshot, teacher } from './room-fixture';

const created = (offset: number, seq: number) =>
  event(offset, { type: 'message.created', message: message(seq) });

test('messages are shown in order of seq, whatever the order of their arrival', () => {
  const state = run(joined(2), created(101, 3), {
    type: 'history',
    items: [message(6), message(4), message(5)],
  });
  expect(seqs(state)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a frame that came before changes nothing', () => {
  const once = run(joined(2), created(101, 3));
  expect(run(once, created(101, 3))).toBe(once);
  expect(run(once, created(100, 2), created(57, 1))).toMatchObject({
    log: once.log,
    position: { offset: 101 },
  });
});

test('a message known from history that comes again over the socket is there once', () => {
  const state = run(joined(2), { type: 'history', items: [message(3)] }, created(101, 3));
  expect(seqs(state)).toEqual([1, 2, 3]);
});

test('a gap in the offsets makes the room read again what it missed, once', () => {
  const state = run(joined(2), created(101, 3), created(104, 5));
  expect(isBehind(state)).toBe(true);
  expect(newestHole(state.log)).toEqual({ after: 3, before: 5 });
  const filled = run(state, { type: 'history', items: [message(4)] });
  expect(newestHole(filled.log)).toBeNull();
  expect(seqs(filled)).toEqual([1, 2, 3, 4, 5]);
});

test('what is read while more is missed does not count as caught up', () => {
  const state = run(joined(1), created(105, 2));
  const { missed } = state;
  const behind = run(state, created(110, 3), { type: 'caught-up', missed, snapshot });
  expect(isBehind(behind)).toBe(true);
  expect(isBehind(run(behind, { type: 'caught-up', missed: behind.missed, snapshot }))).toBe(false);
});

test('a greeting that resumes keeps everything and goes on from the last offset', () => {
  const state = run(joined(2), created(101, 3), frame(hello({ offset: 103, lastSeq: 5 })), created(102, 4));
  expect(isBehind(state)).toBe(false);
  expect(seqs(run(state, created(103, 5)))).toEqual([1, 2, 3, 4, 5]);
});

test('a greeting that cannot resume starts a new epoch, from whose lastSeq the missing messages are known', () => {
  const state = run(joined(2), frame(hello({ epoch: 'e2', offset: 7, recovered: false, lastSeq: 5 })));
  expect(isBehind(state)).toBe(true);
  expect(newestHole(state.log)).toEqual({ after: 2, before: 6 });
  expect(state.position).toMatchObject({ epoch: 'e2', offset: 7 });
  expect(seqs(run(state, created(8, 6)))).toEqual([1, 2, 6]);
});

test('after such a greeting, what goes on is told again with old offsets, in order and once', () => {
  const speaker = event(90, { type: 'turn.speaker', turnId: 't', messageId: 'a', author: teacher });
  const delta = event(95, { type: 'message.delta', messageId: 'a', attempt: 1, index: 0, text: 'Hi' });
  const state = run(initialRoom(me), frame(hello({ offset: 100 })), speaker, delta, delta);
  expect(state.streams.open).toMatchObject([{ messageId: 'a', author: teacher, parts: ['Hi'] }]);
  const live = run(
    state,
    event(101, { type: 'message.delta', messageId: 'a', attempt: 1, index: 1, text: ' there' }),
    event(96, { type: 'message.delta', messageId: 'b', attempt: 1, index: 0, text: 'late' }),
  );
  expect(live.streams.open.map(({ messageId }) => messageId)).toEqual(['a']);
  expect(isBehind(live)).toBe(true);
});

test('when too much was missed, the conversation is replaced by its end', () => {
  const state = run(joined(3), frame(hello({ epoch: 'e2', recovered: false, lastSeq: 9000 })), {
    type: 'restart',
    items: [message(8999), message(9000)],
  });
  expect(seqs(state)).toEqual([8999, 9000]);
  expect(newestHole(state.log)).toBeNull();
});

test('frames of a newer server that this page does not know are passed over', () => {
  const state = joined(1);
  const unknown = { type: 'tool.started', offset: 101, name: 'x' } as unknown as Parameters<typeof event>[1];
  expect(run(state, event(101, unknown))).toMatchObject({ log: state.log, position: { offset: 101 } });
});
