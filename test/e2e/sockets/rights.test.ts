import { closeCodes } from '../../../workflows/contracts/events';
import { newPerson, newRoom, signIn, type Person } from '../../support/people';
import { eventually } from '../../support/eventually';
import { join, startSocketApi, type SocketApi } from './socket-fixture';

let api: SocketApi;
/** It does not look at the record by itself: what it does, it was told. */
let told: SocketApi;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  [api, told] = await Promise.all([
    startSocketApi({ sockets: { standingSeconds: 1 } }),
    startSocketApi({ sockets: { standingSeconds: 3600 } }),
  ]);
  [ada, bob] = await Promise.all([newPerson(api.url, 'Ada'), newPerson(api.url, 'Bob')]);
});

afterAll(() => Promise.all([api.stop(), told.stop()]));

const memberIdOf = async (person: Person, roomId: string): Promise<string> => {
  const { items } = await ada.must<{ items: { id: string; userId?: string }[] }>(
    'GET',
    `/rooms/${roomId}/members`,
  );
  return items.find(({ userId }) => userId === person.id)?.id ?? '';
};

test('a member who is removed sees it and is closed with 4403; the others stay', async () => {
  const { id } = await newRoom(ada, { people: [bob] });
  const [owner, member] = [await join(told.url, ada, id), await join(told.url, bob, id)];
  await ada.must('DELETE', `/rooms/${id}/members/${await memberIdOf(bob, id)}`);
  expect(await member.closed).toBe(closeCodes.notAMember);
  expect(member.ofType('member.left')).toMatchObject([{ userId: bob.id }]);
  await owner.next('member.left');
  await owner.next('presence', ({ userId, online }) => userId === bob.id && !online);
  owner.ws.close();
});

test('a removal that nobody told of is found in the record', async () => {
  const { id } = await newRoom(ada, { people: [bob] });
  const member = await join(api.url, bob, id);
  await api.database.roomMember.deleteMany({ where: { roomId: id, userId: bob.id } });
  expect(await member.closed).toBe(closeCodes.notAMember);
});

test('a deleted room closes with 4404, announced or not', async () => {
  const [first, second] = [await newRoom(ada), await newRoom(ada)];
  const [announced, silent] = [await join(told.url, ada, first.id), await join(api.url, ada, second.id)];
  // The answer depends on Temporal; the room is gone either way.
  await ada.call('DELETE', `/rooms/${first.id}`);
  expect(await announced.closed).toBe(closeCodes.roomGone);
  await api.database.room.update({ where: { id: second.id }, data: { deletedAt: new Date() } });
  expect(await silent.closed).toBe(closeCodes.roomGone);
});

test('signing out closes the session’s sockets with 4401, and no others', async () => {
  const { id } = await newRoom(ada);
  const elsewhere = await signIn(api.url, ada);
  const [here, there] = [await join(api.url, ada, id), await join(api.url, elsewhere, id)];
  await elsewhere.must('POST', '/auth/logout');
  expect(await there.closed).toBe(closeCodes.identityExpired);
  here.write({ type: 'ping' });
  await here.next('pong');
  here.ws.close();
});

test('an expired token closes with 4401 at that time', async () => {
  const brief = await startSocketApi({
    env: { ACCESS_TOKEN_SECONDS: '10' },
    sockets: { standingSeconds: 3600 },
  });
  const eve = await newPerson(api.url, 'Eve');
  const { id } = await newRoom(eve);
  const asked = Date.now();
  const client = await join(brief.url, await signIn(brief.url, eve), id);
  expect(await client.closed).toBe(closeCodes.identityExpired);
  const lived = Date.now() - asked;
  // The token tells whole seconds.
  expect(lived).toBeGreaterThan(8900);
  expect(lived).toBeLessThan(25_000);
  await brief.stop();
});

test('an admin who has not joined may listen, but not speak', async () => {
  const admin = await newPerson(api.url, 'Admin');
  const { id } = await newRoom(admin, { people: [] });
  await admin.must('POST', `/rooms/${id}/members`, { email: bob.email, role: 'owner' });
  const own = (
    await admin.must<{ items: { id: string; userId?: string }[] }>('GET', `/rooms/${id}/members`)
  ).items.find(({ userId }) => userId === admin.id);
  await admin.must('DELETE', `/rooms/${id}/members/${own?.id ?? ''}`);
  const client = await join(api.url, admin, id);
  client.write({ type: 'send', id: crypto.randomUUID(), text: 'hello' });
  client.write({ type: 'typing', on: true });
  await eventually('two errors', () => client.ofType('error').length === 2);
  expect(client.ofType('error').map(({ code }) => code)).toEqual(['forbidden', 'forbidden']);
  client.ws.close();
});

test('a server that stops answers what is under way, then closes with 1001', async () => {
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  let underWay = 0;
  const stopping = await startSocketApi({
    between: (rooms) => ({
      ...rooms,
      async submit(...message) {
        await rooms.submit(...message);
        underWay += 1;
        await answered;
      },
    }),
  });
  const { id } = await newRoom(ada);
  const client = await join(stopping.url, ada, id);
  const sent = [1, 2, 3].map((number) => ({
    type: 'send' as const,
    id: crypto.randomUUID(),
    text: String(number),
  }));
  sent.forEach((frame) => client.write(frame));
  await eventually('all are under way', () => underWay === 3);
  expect(client.ofType('accepted')).toEqual([]);
  const stopped = stopping.stop();
  answer();
  await stopped;
  expect(await client.closed).toBe(1001);
  expect(client.ofType('accepted').length).toBe(3);
});
