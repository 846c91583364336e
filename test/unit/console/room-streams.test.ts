import { streamText } from '../../../apps/console/src/room/streams';
import type { RoomState } from '../../../apps/console/src/room/room-state';
import { event, frame, hello, joined, message, run, snapshot, teacher } from './room-fixture';

const speaker = (offset: number) =>
  event(offset, { type: 'turn.speaker', turnId: 't', messageId: 'a', author: teacher });
const delta = (offset: number, index: number, text: string, attempt = 1) =>
  event(offset, { type: 'message.delta', messageId: 'a', attempt, index, text });
const reset = (offset: number, attempt: number) =>
  event(offset, { type: 'message.reset', messageId: 'a', attempt });
const texts = ({ streams }: RoomState): string[] => streams.open.map(streamText);

test('the answer grows word by word and gives way to the stored message', () => {
  const writing = run(joined(), speaker(101), delta(102, 0, 'Why'), delta(103, 1, ' not?'));
  expect(writing.streams.open).toMatchObject([{ author: teacher, turnId: 't' }]);
  expect(texts(writing)).toEqual(['Why not?']);
  const done = run(
    writing,
    event(104, { type: 'message.created', message: message(1, { id: 'a', text: 'Why not?' }) }),
  );
  expect(done.streams.open).toEqual([]);
  expect(done.log.items).toHaveLength(1);
});

test('deltas out of order are put in order, a hole shows as an ellipsis until it is filled', () => {
  const holed = run(
    joined(),
    speaker(101),
    delta(102, 0, 'one '),
    delta(103, 3, 'four'),
    delta(104, 2, 'three '),
  );
  expect(texts(holed)).toEqual(['one …three four']);
  expect(texts(run(holed, delta(105, 1, 'two ')))).toEqual(['one two three four']);
});

test('the same delta twice counts once', () => {
  expect(texts(run(joined(), speaker(101), delta(102, 0, 'x'), delta(103, 0, 'x')))).toEqual(['x']);
});

test('a new attempt begins the text anew; the old one has nothing more to say', () => {
  const first = run(joined(), speaker(101), delta(102, 0, 'broken'), reset(103, 2));
  expect(texts(first)).toEqual(['']);
  expect(texts(run(first, delta(104, 1, ' old', 1), delta(105, 0, 'whole', 2)))).toEqual(['whole']);
  expect(texts(run(joined(), speaker(101), delta(102, 0, 'old', 1), delta(103, 0, 'new', 2)))).toEqual([
    'new',
  ]);
});

test('an abandoned answer disappears, and late deltas do not bring it back', () => {
  const gone = run(joined(), speaker(101), delta(102, 0, 'half'), reset(103, 0), delta(104, 1, ' late'));
  expect(gone.streams.open).toEqual([]);
});

test('deltas after the stored message are nothing new', () => {
  const done = run(
    joined(),
    speaker(101),
    event(102, { type: 'message.created', message: message(1, { id: 'a' }) }),
    delta(103, 5, 'late'),
  );
  expect(done.streams.open).toEqual([]);
});

test('a stored message that was read from history ends its stream too', () => {
  const writing = run(joined(), speaker(101), delta(102, 0, 'half'));
  expect(run(writing, { type: 'history', items: [message(1, { id: 'a' })] }).streams.open).toEqual([]);
});

test('the end of a turn ends what it was writing, and not what another turn writes', () => {
  const both = run(
    joined(),
    speaker(101),
    event(102, { type: 'turn.speaker', turnId: 'u', messageId: 'b', author: teacher }),
    event(103, { type: 'turn.cancelled', turnId: 't', runId: 't', by: 'Tom' }),
  );
  expect(both.streams.open.map(({ messageId }) => messageId)).toEqual(['b']);
});

test('after a break that cannot be resumed, a half text stays only while its turn goes on, and goes on growing', () => {
  const writing = run(joined(), speaker(101), delta(102, 0, 'half'));
  const again = run(writing, frame(hello({ epoch: 'e2', offset: 3, recovered: false })));
  expect(texts(again)).toEqual(['half']);
  const catchUp = (turns: string[]) => ({
    type: 'caught-up' as const,
    missed: again.missed,
    snapshot: {
      ...snapshot,
      runs: turns.map((turnId) => ({
        turnId,
        isRun: false,
        messageId: 'm1',
        status: 'running',
        error: null,
        endedAt: null,
      })),
    },
  });
  expect(texts(run(again, catchUp([])))).toEqual([]);
  const later = event(4, { type: 'message.delta', messageId: 'a', attempt: 1, index: 7, text: 'the rest' });
  expect(texts(run(again, catchUp(['t']), later))).toEqual(['half…the rest']);
  expect(texts(run(again, later, catchUp([])))).toEqual(['half…the rest']);
});
