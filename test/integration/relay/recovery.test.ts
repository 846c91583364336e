import { startOwnRedis, type OwnRedis } from '../../support/own-redis';
import { delta, newChannel, openRelay, placesOf, type RelayClient } from './relay-fixture';

let client: RelayClient;

beforeAll(() => {
  client = openRelay(undefined, 100);
});

afterAll(() => client.close());

test('somebody who was away gets exactly what came after', async () => {
  const { relay } = client;
  const channel = newChannel();
  const { epoch } = await relay.publish(channel, [delta(0), delta(1)]);
  await relay.publish(channel, [delta(2), delta(3), delta(4)]);
  const position = { epoch, offset: 5 };
  const recovery = await relay.recover(channel, { epoch, offset: 2 });
  expect(recovery).toMatchObject({ recovered: true, position });
  expect(recovery.recovered && placesOf(recovery.missed)).toEqual([
    [3, 2],
    [4, 3],
    [5, 4],
  ]);
  expect(await relay.recover(channel, position)).toEqual({ recovered: true, position, missed: [] });
  expect(await relay.recover(channel, { epoch, offset: 0 })).toMatchObject({ recovered: true });
});

test('a range that is no longer kept cannot be recovered; the newest part can', async () => {
  const { relay } = client;
  const channel = newChannel();
  for (let index = 0; index < 400; index += 1) await relay.publish(channel, [delta(index)]);
  const { epoch, offset } = await relay.position(channel);
  expect(offset).toBe(400);
  expect(await relay.recover(channel, { epoch, offset: 50 })).toEqual({
    recovered: false,
    position: { epoch, offset },
  });
  const recent = await relay.recover(channel, { epoch, offset: 350 });
  expect(recent.recovered && recent.missed.length).toBe(50);
  expect((await relay.tail(channel, 1000)).newest.length).toBeLessThanOrEqual(200);
});

test('an epoch that is not the channel’s, and a position that lies ahead, cannot be recovered', async () => {
  const { relay } = client;
  const channel = newChannel();
  const position = await relay.publish(channel, [delta(0)]);
  expect(await relay.recover(channel, { epoch: 'another', offset: 0 })).toEqual({
    recovered: false,
    position,
  });
  expect(await relay.recover(channel, { ...position, offset: 2 })).toEqual({ recovered: false, position });
});

test('a channel that Redis has lost begins a new epoch', async () => {
  const { relay, redis } = client;
  const channel = newChannel();
  const before = await relay.publish(channel, [delta(0), delta(1)]);
  await redis.del(`relay:{${channel}}:meta`);
  const after = await relay.publish(channel, [delta(2)]);
  expect(after.offset).toBe(1);
  expect(after.epoch).not.toBe(before.epoch);
  expect(await relay.recover(channel, before)).toEqual({ recovered: false, position: after });
  await redis.del(`relay:{${channel}}:stream`);
  expect(await relay.recover(channel, { ...after, offset: 0 })).toEqual({
    recovered: false,
    position: after,
  });
});

describe('a Redis that is killed', () => {
  let own: OwnRedis;

  beforeAll(async () => {
    own = await startOwnRedis();
  });

  afterAll(() => own.remove());

  test('comes back with a new epoch, even with all its data, so no offset is ever given twice', async () => {
    const { relay, close } = openRelay(own.url);
    const channel = newChannel();
    const commit = [
      { event: delta(0), once: 'key' },
      { event: delta(1), once: 1 },
    ];
    const before = await relay.publishOnce(channel, commit);
    // appendfsync everysec: after this it is on disk.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await own.kill();
    const unheard = await relay.publish(channel, [delta(2)]).catch((error: unknown) => error);
    expect(unheard).toBeInstanceOf(Error);
    await own.start();
    const after = await relay.position(channel);
    expect(after).toEqual({ epoch: expect.any(String), offset: 0 });
    expect(after.epoch).not.toBe(before.epoch);
    expect(await relay.recover(channel, before)).toEqual({ recovered: false, position: after });
    // A commit that is repeated may be one whose events nobody heard: in the new epoch it is published again, once.
    const again = await relay.publishOnce(channel, commit);
    expect(again).toEqual({ epoch: after.epoch, offset: 2 });
    expect(await relay.publishOnce(channel, commit)).toEqual(again);
    close();
  });
});
