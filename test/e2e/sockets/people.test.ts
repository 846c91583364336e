import { eventually } from '../../support/eventually';
import { newPerson, newRoom, type Person } from '../../support/people';
import { startProcess } from '../../support/processes';
import { join, startSocketApi, type Client, type SocketApi } from './socket-fixture';

let apis: SocketApi[];
let ada: Person;
let bob: Person;

const urlOf = (index: number): string => apis[index]?.url ?? '';

beforeAll(async () => {
  apis = await Promise.all([startSocketApi(), startSocketApi()]);
  [ada, bob] = await Promise.all([newPerson(urlOf(0), 'Ada'), newPerson(urlOf(0), 'Bob')]);
});

afterAll(() => Promise.all(apis.map((api) => api.stop())));

const about = (client: Client, { id }: Person): boolean[] =>
  client
    .ofType('presence')
    .filter(({ userId }) => userId === id)
    .map(({ online }) => online);

test('who is online is known over all processes, and told once per person', async () => {
  const { id } = await newRoom(ada, { people: [bob] });
  const first = await join(urlOf(0), ada, id);
  expect(first.ofType('hello')[0]?.online).toEqual([{ userId: ada.id, name: 'Ada' }]);
  const [phone, desk] = [await join(urlOf(1), bob, id), await join(urlOf(0), bob, id)];
  expect(desk.ofType('hello')[0]?.online).toHaveLength(2);
  await first.next('presence', ({ userId }) => userId === bob.id);
  phone.ws.close();
  await phone.closed;
  desk.ws.close();
  await first.next('presence', ({ online }) => !online);
  expect(about(first, bob)).toEqual([true, false]);
  first.ws.close();
});

test('the people of a process that is killed go offline by themselves', async () => {
  const { id } = await newRoom(ada, { people: [bob] });
  const other = await startProcess('api', { PORT: '0', LOG_LEVEL: 'info' });
  const watcher = await join(urlOf(0), ada, id);
  await join(String(other.hello.listening), bob, id);
  await watcher.next('presence', ({ userId, online }) => userId === bob.id && online);
  const killed = Date.now();
  await other.kill();
  await eventually('Bob is offline', () => about(watcher, bob).at(-1) === false, 60);
  expect(Date.now() - killed).toBeGreaterThan(3000);
  const late = await join(urlOf(1), ada, id);
  expect(late.ofType('hello')[0]?.online).toEqual([{ userId: ada.id, name: 'Ada' }]);
  [watcher, late].forEach(({ ws }) => ws.close());
});

test('typing reaches the others, is not repeated needlessly, and ends by itself or with the message', async () => {
  const { id } = await newRoom(ada, { people: [bob] });
  const [writer, reader] = [await join(urlOf(0), ada, id), await join(urlOf(1), bob, id)];
  const seen = (): boolean[] => reader.ofType('typing').map(({ on }) => on);
  for (let count = 0; count < 5; count += 1) writer.write({ type: 'typing', on: true });
  await reader.next('typing');
  writer.write({ type: 'send', id: crypto.randomUUID(), text: 'done' });
  await eventually('it ended', () => seen().length === 2);
  writer.write({ type: 'typing', on: true });
  await eventually('it lapsed', () => seen().length === 4);
  writer.write({ type: 'typing', on: true });
  await eventually('again', () => seen().length === 5);
  writer.ws.close();
  await eventually('closing ends it', () => seen().length === 6);
  expect(seen()).toEqual([true, false, true, false, true, false]);
  expect(reader.ofType('typing')[0]).toMatchObject({ userId: ada.id, name: 'Ada' });
  reader.ws.close();
});

test('read markers only move up, at most to the newest message, and everybody hears', async () => {
  const { id } = await newRoom(ada, { people: [bob] });
  await apis[0]?.database.room.update({ where: { id }, data: { lastSeq: 10 } });
  const [reader, other] = [await join(urlOf(0), bob, id), await join(urlOf(1), ada, id)];
  expect(reader.ofType('hello')[0]).toMatchObject({ lastSeq: 10, readSeq: 0, unread: 10 });
  for (const seq of [4, 2, 7, 3_000_000]) reader.write({ type: 'read', seq });
  await other.next('read', ({ seq }) => seq === 10);
  const told = other.ofType('read').map(({ seq }) => seq);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  const again = await join(urlOf(1), bob, id);
  expect(again.ofType('hello')[0]).toMatchObject({ lastSeq: 10, readSeq: 10, unread: 0 });
  [reader, other, again].forEach(({ ws }) => ws.close());
});

test('somebody who is renamed writes under the new name', async () => {
  const eve = await newPerson(urlOf(0), 'Eve');
  const { id } = await newRoom(eve, { people: [ada] });
  const [renamed, other] = [await join(urlOf(0), eve, id), await join(urlOf(1), ada, id)];
  await eve.must('PATCH', '/users/me', { name: 'Evelyn' });
  await renamed.next('member.renamed');
  renamed.write({ type: 'typing', on: true });
  expect(await other.next('typing')).toMatchObject({ name: 'Evelyn' });
  [renamed, other].forEach(({ ws }) => ws.close());
});
