import { openTurnFrames } from '../../../apps/api/sockets/open-turns';
import { publicationsFrom } from '../../../infra/relay/relay-wire';
import type { ChannelEvent, MessageView } from '../../../workflows/contracts/events';

const author = { kind: 'agent' as const, id: 'agent', name: 'Teacher' };
const started = (turnId: string): ChannelEvent => ({
  type: 'turn.started',
  turnId,
  runId: turnId,
  messageId: 'q',
});
const speaker = (turnId: string, messageId: string): ChannelEvent => ({
  type: 'turn.speaker',
  turnId,
  messageId,
  author,
});
const delta = (messageId: string, index: number, attempt = 1): ChannelEvent => ({
  type: 'message.delta',
  messageId,
  attempt,
  index,
  text: `${messageId}${String(index)}`,
});
const reset = (messageId: string, attempt: number): ChannelEvent => ({
  type: 'message.reset',
  messageId,
  attempt,
});
const created = (id: string): ChannelEvent => ({
  type: 'message.created',
  message: { id } as MessageView,
});
const finished = (turnId: string): ChannelEvent => ({
  type: 'turn.finished',
  turnId,
  runId: turnId,
  reason: 'answered',
  answers: 1,
});

/** What is kept, as `type` or the text of deltas. */
function kept(events: ChannelEvent[]): string[] {
  const frames = openTurnFrames(
    publicationsFrom(
      1,
      events.map((event) => JSON.stringify(event)),
    ),
  );
  return frames.map((frame) => {
    const event = JSON.parse(frame) as ChannelEvent;
    return event.type === 'message.delta' ? event.text : event.type;
  });
}

test('a turn that goes on is told with the text so far, one that ended is not', () => {
  const open = [started('t2'), speaker('t2', 'm'), delta('m', 0), delta('m', 1)];
  const ended = [started('t1'), speaker('t1', 'x'), delta('x', 0), created('x'), finished('t1')];
  expect(kept([...ended, ...open])).toEqual(['turn.started', 'turn.speaker', 'm0', 'm1']);
});

test('answers that are stored are left out, while the turn goes on', () => {
  const events = [
    started('t'),
    speaker('t', 'a'),
    delta('a', 0),
    created('a'),
    speaker('t', 'b'),
    delta('b', 0),
  ];
  expect(kept(events)).toEqual(['turn.started', 'turn.speaker', 'b0']);
});

test('of several attempts only the last counts, whatever a dead one still sends', () => {
  const events = [
    speaker('t', 'm'),
    delta('m', 0, 1),
    delta('m', 1, 1),
    reset('m', 2),
    delta('m', 2, 1),
    delta('m', 0, 2),
    delta('m', 3, 1),
  ];
  expect(kept(events)).toEqual(['turn.speaker', 'm0']);
});

test('a text whose beginning is missing is left out', () => {
  expect(kept([delta('m', 5), delta('m', 6)])).toEqual([]);
  expect(kept([speaker('t', 'm'), delta('m', 1), delta('m', 2)])).toEqual(['turn.speaker']);
  expect(kept([speaker('t', 'm'), delta('m', 0), delta('m', 2)])).toEqual(['turn.speaker']);
});

test('an answer that was given up is gone with its turn', () => {
  const cancelled: ChannelEvent = { type: 'turn.cancelled', turnId: 't', runId: 't', by: 'Ada' };
  expect(kept([started('t'), speaker('t', 'm'), delta('m', 0), reset('m', 0)])).toEqual(['turn.started']);
  expect(kept([started('t'), speaker('t', 'm'), delta('m', 0), cancelled])).toEqual([]);
});
