import { createHubChannel } from '../../../apps/api/sockets/hub-channel';
import type { Position, Recovery } from '../../../infra/relay/relay';
import { publicationsFrom, type RelayMessage } from '../../../infra/relay/relay-wire';

const json = (offset: number): string => JSON.stringify({ type: 'x', n: offset });
const batch = (epoch: string, first: number, last = first): RelayMessage => ({
  kind: 'batch',
  epoch,
  publications: publicationsFrom(
    first,
    Array.from({ length: last - first + 1 }, (_, index) => json(first + index)),
  ),
});
const missed = (epoch: string, first: number, last: number): Recovery => {
  const message = batch(epoch, first, last);
  return {
    recovered: true,
    position: { epoch, offset: last },
    missed: message.kind === 'batch' ? message.publications : [],
  };
};
/** Ends after what was due before it, and after what follows from that at once, however late that comes. */
async function turn(): Promise<void> {
  for (let round = 0; round < 2; round += 1) await new Promise((resolve) => void setImmediate(resolve));
}

/** A channel at offset 0 of epoch `a`; each entry of `answers` answers one read. */
function setUp(answers: (() => Promise<Recovery>)[]) {
  const offsets: number[] = [];
  const asked: Position[] = [];
  let resets = 0;
  const channel = createHubChannel({
    start: { epoch: 'a', offset: 0 },
    recover: (since) => {
      asked.push(since);
      const answer = answers.shift();
      return answer ? answer() : Promise.reject(new Error('not expected'));
    },
    onReset: () => (resets += 1),
    onFrames: (frames) =>
      offsets.push(...frames.map((frame) => (JSON.parse(frame) as { offset: number }).offset)),
  });
  return { channel, offsets, asked, resets: () => resets };
}

test('a gap is read, and what came meanwhile is neither lost nor doubled', async () => {
  let answer: (recovery: Recovery) => void = () => undefined;
  const { channel, offsets, asked } = setUp([
    () => new Promise((resolve) => (answer = resolve)),
    () => Promise.resolve(missed('a', 7, 8)),
  ]);
  channel.receive(batch('a', 1, 2));
  channel.receive(batch('a', 5)); // 3 and 4 are missing.
  channel.receive(batch('a', 6));
  channel.receive(batch('a', 8)); // 7 is missing too.
  answer(missed('a', 3, 6));
  await turn();
  expect(asked).toEqual([
    { epoch: 'a', offset: 2 },
    { epoch: 'a', offset: 6 },
  ]);
  expect(offsets).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('what is heard twice counts once', async () => {
  const { channel, offsets } = setUp([]);
  channel.receive(batch('a', 1, 3));
  channel.receive(batch('a', 2, 3));
  channel.receive(batch('a', 3, 5));
  await turn();
  expect(offsets).toEqual([1, 2, 3, 4, 5]);
});

test('a new epoch resets once, and goes on where the relay says', async () => {
  const { channel, offsets, resets } = setUp([
    () => Promise.resolve({ recovered: false, position: { epoch: 'b', offset: 4 } }),
  ]);
  channel.receive(batch('a', 1));
  channel.receive(batch('b', 3, 4));
  channel.receive(batch('b', 5));
  await turn();
  expect(resets()).toBe(1);
  expect(channel.position).toEqual({ epoch: 'b', offset: 5 });
  expect(offsets).toEqual([1, 5]);
});

test('a straggler of the epoch before changes nothing', async () => {
  const { channel, offsets, resets } = setUp([() => Promise.resolve(missed('a', 2, 1))]);
  channel.receive(batch('a', 1));
  channel.receive(batch('old', 9));
  await turn();
  channel.receive(batch('a', 2));
  await turn();
  expect(resets()).toBe(0);
  expect(offsets).toEqual([1, 2]);
});

test('while Redis is away nothing is lost: the next read brings it', async () => {
  const { channel, offsets } = setUp([
    () => Promise.reject(new Error('away')),
    () => Promise.resolve(missed('a', 1, 4)),
  ]);
  channel.receive(batch('a', 3));
  channel.receive(batch('a', 4));
  await turn();
  expect(offsets).toEqual([]);
  await channel.catchUp();
  await turn();
  expect(offsets).toEqual([1, 2, 3, 4]);
});
