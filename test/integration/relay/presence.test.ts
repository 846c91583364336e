import { randomUUID } from 'node:crypto';
import { createPresences, type Presence } from '../../../infra/relay/presence';
import { eventually } from '../../support/eventually';
import { listen, newChannel, openRelay, type RelayClient } from './relay-fixture';

let client: RelayClient;

beforeAll(() => {
  client = openRelay();
});

afterAll(() => client.close());

const connectionOf = (userId: string, name: string): Presence => ({
  connectionId: randomUUID(),
  userId,
  name,
});

type Told = [userId: string, online: boolean];

/** What a channel was told of people, in order. */
async function watch(channel: string): Promise<{ told: () => Told[]; close: () => void }> {
  const { heard, close } = await listen(channel);
  const told = (): Told[] =>
    heard.map((message) => {
      const event = JSON.parse(message.kind === 'ephemeral' ? message.frame : '{}') as {
        type: string;
        userId: string;
        online: boolean;
      };
      expect(event.type).toBe('presence');
      return [event.userId, event.online];
    });
  return { told, close };
}

test('only a person’s first connection and last disconnection are told', async () => {
  const presences = createPresences(client.redis, { ttlSeconds: 30 });
  const channel = newChannel();
  const { told, close } = await watch(channel);
  const [phone, desk] = [connectionOf('ada', 'Ada "the" Ünï'), connectionOf('ada', 'Ada "the" Ünï')];
  const bob = connectionOf('bob', 'Bob');
  await presences.enter(channel, [phone]);
  await presences.enter(channel, [desk, bob]);
  await presences.enter(channel, [phone, desk, bob]); // Renewed.
  expect(await presences.online(channel)).toEqual(
    expect.arrayContaining([
      { userId: 'ada', name: 'Ada "the" Ünï' },
      { userId: 'bob', name: 'Bob' },
    ]),
  );
  await presences.leave(channel, phone);
  await presences.leave(channel, phone); // Twice.
  expect((await presences.online(channel)).length).toBe(2);
  await presences.leave(channel, desk);
  expect(await presences.online(channel)).toEqual([{ userId: 'bob', name: 'Bob' }]);
  await eventually('three events', () => told().length === 3);
  expect(told()).toEqual([
    ['ada', true],
    ['bob', true],
    ['ada', false],
  ]);
  close();
});

test('connections that nobody renews lapse, and somebody who stays tells of it', async () => {
  const presences = createPresences(client.redis, { ttlSeconds: 1 });
  const channel = newChannel();
  const { told, close } = await watch(channel);
  const [ada, bob] = [connectionOf('ada', 'Ada'), connectionOf('bob', 'Bob')];
  await presences.enter(channel, [ada, bob]);
  await eventually('Ada has lapsed, and it is told', async () => {
    await presences.enter(channel, [bob]);
    return told().length === 3;
  });
  expect(await presences.online(channel)).toEqual([{ userId: 'bob', name: 'Bob' }]);
  expect(told()).toEqual([
    ['ada', true],
    ['bob', true],
    ['ada', false],
  ]);
  // She was only cut off: her process renews her again.
  await presences.enter(channel, [ada, bob]);
  await eventually('Ada is back', () => told().at(-1)?.[1] === true);
  expect(told().length).toBe(4);
  close();
});
