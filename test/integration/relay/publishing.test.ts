import type { OnceEvent } from '../../../infra/relay/relay';
import { eventually } from '../../support/eventually';
import { delta, listen, newChannel, openRelay, placesOf, type RelayClient } from './relay-fixture';

let client: RelayClient;

beforeAll(() => {
  client = openRelay();
});

afterAll(() => client.close());

test('a batch gets consecutive offsets, and listeners hear it as one message with its epoch', async () => {
  const { relay } = client;
  const channel = newChannel();
  const listener = await listen(channel);
  const first = await relay.publish(channel, [delta(0), delta(1), delta(2)]);
  const second = await relay.publish(channel, [delta(3)]);
  await eventually('both batches', () => listener.heard.length === 2);
  expect(first.offset).toBe(3);
  expect(second).toEqual({ epoch: first.epoch, offset: 4 });
  const batches = listener.heard.map((message) =>
    message.kind === 'batch' ? [message.epoch, ...placesOf(message.publications)] : [],
  );
  expect(batches).toEqual([
    [first.epoch, [1, 0], [2, 1], [3, 2]],
    [first.epoch, [4, 3]],
  ]);
  listener.close();
});

test('text of every kind arrives as it was', async () => {
  const { relay } = client;
  const channel = newChannel();
  const text = 'line\nbreak "quoted" \\ ünï 🌱 \u2028 {"type":"room.deleted"} ! end';
  const listener = await listen(channel);
  await relay.publish(channel, [delta(0, text)]);
  const [heard] = await eventually('the event', () => listener.heard.length === 1 && listener.heard);
  const frame = heard?.kind === 'batch' ? heard.publications[0]?.frame : '';
  expect(JSON.parse(frame ?? '')).toEqual({ ...delta(0, text), offset: 1 });
  listener.close();
});

test('events published again are dropped, and what comes with them for the first time is not', async () => {
  const { relay } = client;
  const channel = newChannel();
  const listener = await listen(channel);
  const keyed = (index: number): OnceEvent => ({ event: delta(index), once: `key ${String(index)}` });
  const once = await relay.publishOnce(channel, [keyed(0), keyed(1)]);
  const again = await Promise.all(
    Array.from({ length: 5 }, () => relay.publishOnce(channel, [keyed(0), keyed(1)])),
  );
  await relay.publishOnce(channel, [keyed(1), keyed(2)]);
  expect(again).toEqual(again.map(() => once));
  const { newest } = await relay.tail(channel, 10);
  expect(placesOf(newest)).toEqual([
    [1, 0],
    [2, 1],
    [3, 2],
  ]);
  await eventually('two batches', () => listener.heard.length === 2);
  listener.close();
});

test('publishers at once: every event has a place of its own, in the same order for all', async () => {
  const publishers = Array.from({ length: 4 }, () => openRelay());
  const channel = newChannel();
  const listener = await listen(channel);
  await Promise.all(
    publishers.map(async ({ relay }, publisher) => {
      for (let index = 0; index < 100; index += 1)
        await relay.publish(channel, [delta(publisher * 1000 + index)]);
    }),
  );
  const heard = await eventually('all', () => listener.heard.length === 400 && listener.heard);
  const live = heard.flatMap((message) => (message.kind === 'batch' ? placesOf(message.publications) : []));
  expect(live.map(([offset]) => offset)).toEqual(Array.from({ length: 400 }, (_, index) => index + 1));
  const { newest } = await client.relay.tail(channel, 400);
  expect(placesOf(newest)).toEqual(live);
  // Each publisher's own order holds.
  for (let publisher = 0; publisher < 4; publisher += 1) {
    const own = live.map(([, index]) => index).filter((index) => Math.floor(index / 1000) === publisher);
    expect(own).toEqual([...own].sort((a, b) => a - b));
  }
  listener.close();
  publishers.forEach(({ close }) => close());
});

test('a connection that breaks while publishing neither loses nor doubles an event', async () => {
  const publisher = openRelay();
  const channel = newChannel();
  const id = await publisher.redis.client('ID');
  let cuts = 0;
  const cutting = setInterval(() => {
    void publisher.redis
      .client('ID')
      .then((now) => client.redis.client('KILL', 'ID', now))
      .then(
        () => (cuts += 1),
        () => undefined,
      );
  }, 10);
  const sent: Promise<unknown>[] = [];
  for (let index = 0; index < 300; index += 1) {
    sent.push(publisher.relay.publish(channel, [delta(index)]));
    await new Promise((resolve) => setTimeout(resolve, 1));
    // So that it is cut in the middle, however late the first cut comes.
    if (index % 100 === 50) await eventually('a cut', () => cuts > index / 100);
  }
  await Promise.all(sent).finally(() => clearInterval(cutting));
  const { newest } = await client.relay.tail(channel, 1000);
  const indexes = placesOf(newest).map(([, index]) => index);
  expect([...indexes].sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, index) => index));
  expect(cuts).toBeGreaterThan(0);
  expect(await publisher.redis.client('ID')).not.toBe(id);
  publisher.close();
});

test('an ephemeral event reaches listeners and is not kept', async () => {
  const { relay } = client;
  const channel = newChannel();
  const listener = await listen(channel);
  const event = { type: 'typing', userId: 'u', name: 'Ada', on: true } as const;
  await relay.publishEphemeral(channel, event);
  const [heard] = await eventually('the event', () => listener.heard.length === 1 && listener.heard);
  expect(heard).toEqual({ kind: 'ephemeral', frame: JSON.stringify(event) });
  expect((await relay.tail(channel, 10)).newest).toEqual([]);
  listener.close();
});
