import { createSending, fitsFrame, mayRetry } from '../../../apps/console/src/room/sending';
import type { Outgoing } from '../../../apps/console/src/room/outbox';
import { event, frame, joined, message, run } from './room-fixture';

const outgoing = (id: string): Outgoing => ({ id, text: id, mentions: [], replyTo: null, state: 'sending' });
const states = (outbox: readonly Outgoing[]): string[] => outbox.map(({ id, state }) => `${id} ${state}`);

test('a message is sending, then accepted, then in the room', () => {
  const queued = run(joined(), { type: 'queue', message: outgoing('m1') });
  expect(states(queued.outbox)).toEqual(['m1 sending']);
  const accepted = run(queued, frame({ type: 'accepted', id: 'm1', turnId: null }));
  expect(states(accepted.outbox)).toEqual(['m1 accepted']);
  expect(run(accepted, event(101, { type: 'message.created', message: message(1) })).outbox).toEqual([]);
});

test('a message that is in the room before its acceptance is told, or is found in history, is on its way no more', () => {
  const queued = run(joined(), { type: 'queue', message: outgoing('m1') });
  const created = run(queued, event(101, { type: 'message.created', message: message(1) }));
  expect(run(created, frame({ type: 'accepted', id: 'm1', turnId: null })).outbox).toEqual([]);
  expect(run(queued, { type: 'history', items: [message(1)] }).outbox).toEqual([]);
});

test('a refused message waits for a decision; an accepted one is not refused any more', () => {
  const queued = run(
    joined(),
    { type: 'queue', message: outgoing('a') },
    { type: 'queue', message: outgoing('b') },
  );
  const failed = run(queued, { type: 'failed', id: 'a', reason: 'A turn is running.' });
  expect(failed.outbox[0]).toMatchObject({ state: 'failed', reason: 'A turn is running.' });
  expect(states(run(failed, { type: 'retry', id: 'a' }).outbox)).toEqual(['a sending', 'b sending']);
  expect(states(run(failed, { type: 'discard', id: 'a' }).outbox)).toEqual(['b sending']);
  const safe = run(queued, { type: 'accepted', id: 'a' }, { type: 'failed', id: 'a', reason: 'late' });
  expect(states(safe.outbox)).toEqual(['a accepted', 'b sending']);
});

test('messages go out once, and again when nothing is heard of them', () => {
  const sending = createSending(() => 0);
  const outbox = [outgoing('a'), outgoing('b')];
  const due = (now: number): string[] => sending.due(outbox, now).map(({ id }) => id);
  expect(due(0)).toEqual(['a', 'b']);
  expect(due(9999)).toEqual([]);
  expect(due(10_000)).toEqual(['a', 'b']);
});

test('a new connection sends whatever was not accepted at once, in order', () => {
  const sending = createSending(() => 0);
  const outbox = [outgoing('a'), { ...outgoing('b'), state: 'accepted' as const }, outgoing('c')];
  sending.due(outbox, 0);
  sending.restart();
  expect(sending.due(outbox, 1).map(({ id }) => id)).toEqual(['a', 'c']);
});

test('behind a message that the server could not take, the others wait, so that the order stays', () => {
  const sending = createSending(() => 1);
  const outbox = [outgoing('a'), outgoing('b')];
  expect(sending.due([outgoing('a')], 0)).toHaveLength(1);
  sending.postpone('a', 0);
  expect(sending.due(outbox, 100)).toEqual([]);
  expect(sending.due(outbox, 10_000).map(({ id }) => id)).toEqual(['a', 'b']);
});

test('a burst is kept below the rate that the server allows', () => {
  const sending = createSending();
  const outbox = Array.from({ length: 50 }, (_, index) => outgoing(`m${index}`));
  expect(sending.due(outbox, 0)).toHaveLength(20);
  expect(sending.due(outbox, 0)[0]?.id).toBe('m20');
});

test('only what may pass by itself is tried again', () => {
  expect(
    ['temporal_unavailable', 'database_unavailable', 'rate_limited', 'overloaded'].map(mayRetry),
  ).toEqual([true, true, true, true]);
  expect(['turn_in_progress', 'invalid_request', 'forbidden'].map(mayRetry)).toEqual([false, false, false]);
});

test('the limit of a frame is in bytes, of the JSON', () => {
  expect(fitsFrame({ ...outgoing('a'), text: 'x'.repeat(60_000) })).toBe(true);
  expect(fitsFrame({ ...outgoing('a'), text: '"'.repeat(40_000) })).toBe(false);
  expect(fitsFrame({ ...outgoing('a'), text: '中'.repeat(22_000) })).toBe(false);
});
