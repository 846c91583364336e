import { eventually } from '../support/eventually';
import { startOwnStack, type OwnStack } from '../support/own-stack';
import { allMessages, newPerson, newRoom, type Person } from '../support/people';
import { RoomSocket } from '../support/room-socket';

let stack: OwnStack;

beforeAll(async () => {
  stack = await startOwnStack();
}, 300_000);

afterAll(() => stack.stop(), 120_000);

const victims = ['worker', 'api', 'redis', 'worker', 'temporal', 'api', 'postgres', 'worker'];
const messagesEach = 50;

test('200 messages of four people with kills at random: each stored once, one order for all, each model call paid once', async () => {
  const names = ['Ann', 'Bea', 'Cyd', 'Dov'];
  const people: Person[] = await Promise.all(names.map((name) => newPerson(stack.apiUrl, name)));
  const [owner, ...others] = people;
  if (!owner) throw new Error('nobody');
  const room = await newRoom(owner, {
    people: others,
    agents: { Ada: 'You are a patient teacher.' },
    agentReplies: 'mentioned',
  });
  const sockets = await Promise.all(people.map((person) => RoomSocket.open(stack.apiUrl, person, room.id)));

  const control = { sending: true };
  const killing = (async (): Promise<void> => {
    for (const victim of victims) {
      await pause(2000 + Math.random() * 1500);
      if (!control.sending) return;
      // One that was killed before may not be up again yet.
      await eventually(
        `${victim} can be killed`,
        () => {
          stack.kill(victim);
          return true;
        },
        90,
      );
    }
  })();
  const ids = (
    await Promise.all(
      sockets.map(async (socket, sender) => {
        const sent: string[] = [];
        for (let index = 0; index < messagesEach; index += 1) {
          const asks = index % 10 === 5;
          sent.push(socket.send(`${asks ? '@Ada ' : ''}[[reply: to ${String(sender)}.${String(index)}]]`));
          await pause(100 + Math.random() * 600);
        }
        return sent;
      }),
    )
  ).flat();
  control.sending = false;
  await killing;

  await eventually(
    'every message is accepted',
    () =>
      sockets.every((socket, sender) =>
        ids.slice(sender * messagesEach, (sender + 1) * messagesEach).every((id) => socket.accepted.has(id)),
      ),
    240,
  );
  const turns = sockets.flatMap((socket) =>
    [...socket.accepted.values()].filter((turnId) => turnId !== null),
  );
  expect(turns).toHaveLength(20);
  const runs = await eventually(
    'every turn has ended',
    async () => {
      const read = await Promise.all(
        turns.map((turnId) => owner.must<{ status: string; error?: unknown }>('GET', `/runs/${turnId}`)),
      );
      const open = read.filter(({ status }) => !['completed', 'failed', 'cancelled'].includes(status));
      if (open.length > 0) throw new Error(`${String(open.length)} turns are under way`);
      return read;
    },
    240,
  );
  expect(runs.filter(({ status }) => status !== 'completed')).toEqual([]);
  // Accepted is in Temporal: the last ones are stored when the worker that was killed is there again.
  const stored = await eventually(
    'every accepted message is stored',
    async () => {
      const read = await allMessages(owner, room.id);
      if (read.length < ids.length + turns.length) throw new Error(`${String(read.length)} are stored`);
      return read;
    },
    120,
  );

  expect(stored).toHaveLength(ids.length + turns.length);
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
  expect(new Set(stored.map(({ id }) => id)).size).toBe(stored.length);
  expect(
    stored
      .filter(({ author }) => author.kind === 'user')
      .map(({ id }) => id)
      .sort(),
  ).toEqual([...ids].sort());
  for (const socket of sockets) {
    await eventually('every client has every message', () => socket.messages.length === stored.length, 120);
    expect(socket.messages.map(({ id }) => id)).toEqual(stored.map(({ id }) => id));
  }

  const response = await fetch(`${stack.modelUrl}/_admin/calls`);
  const { byKey } = (await response.json()) as { byKey: Record<string, { finished: number }> };
  const paid = turns.map((turnId) => byKey[`${turnId}/1/answer`]?.finished);
  // A call is made again whose result was not taken: the worker that had it was killed, or Postgres, which remembers it.
  const takers = victims.filter((victim) => ['worker', 'postgres'].includes(victim));
  expect(paid.every((count) => count !== undefined && count >= 1)).toBe(true);
  expect(paid.filter((count) => count !== 1).length).toBeLessThanOrEqual(takers.length);
  for (const socket of sockets) socket.close();
}, 1_200_000);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
