import { randomUUID } from 'node:crypto';
import { newPerson, newRoom, type Person } from '../../support/people';
import { bearer, connect, join, refusal, startSocketApi, type SocketApi } from './socket-fixture';

let api: SocketApi;
let ada: Person;
let room: string;

beforeAll(async () => {
  api = await startSocketApi({ sockets: { socketsPerUser: 4 } });
  ada = await newPerson(api.url, 'Ada');
  room = (await newRoom(ada)).id;
});

afterAll(() => api.stop());

const ticketOf = async (person: Person): Promise<string> =>
  (await person.must<{ ticket: string }>('POST', '/auth/ws-ticket')).ticket;

test('only the exact path of a room leads anywhere', async () => {
  const paths = [
    '/',
    '/ws',
    `/ws/rooms`,
    `/ws/rooms/`,
    `/ws/rooms/${room}/x`,
    `/x/ws/rooms/${room}`,
    `/ws/rooms/1`,
  ];
  for (const path of paths) {
    expect(await refusal(api.url, path, bearer(ada))).toEqual({
      status: 404,
      code: 'not_found',
      type: 'application/problem+json',
    });
  }
});

test('without a valid identity it is 401', async () => {
  const path = `/ws/rooms/${room}`;
  expect(await refusal(api.url, path)).toMatchObject({ status: 401, code: 'unauthenticated' });
  expect(await refusal(api.url, path, { authorization: 'Bearer x.y.z' })).toMatchObject({ status: 401 });
  expect(await refusal(api.url, `${path}?ticket=guess`)).toMatchObject({ status: 401 });
});

test('a room that does not exist and one of others look the same', async () => {
  const eve = await newPerson(api.url, 'Eve');
  const unknown = await refusal(api.url, `/ws/rooms/${randomUUID()}`, bearer(eve));
  expect(await refusal(api.url, `/ws/rooms/${room}`, bearer(eve))).toEqual(unknown);
  expect(unknown).toMatchObject({ status: 404, code: 'room_not_found' });
});

test('pages of a foreign origin are refused, those of the own host are not', async () => {
  const path = `/ws/rooms/${room}`;
  for (const origin of ['https://evil.example', 'null', `${api.url}.evil.example`])
    expect(await refusal(api.url, path, { ...bearer(ada), origin })).toMatchObject({
      status: 403,
      code: 'origin_not_allowed',
    });
  const client = await join(api.url, ada, room, { headers: { origin: api.url } });
  client.ws.close();
});

test('the session cookie counts, together with an allowed origin', async () => {
  const cookie = `__Host-coagent=${ada.token}`;
  const path = `/ws/rooms/${room}`;
  expect(await refusal(api.url, path, { cookie })).toMatchObject({ status: 403 });
  const client = connect(api.url, path, { headers: { cookie, origin: api.url } });
  await client.next('hello');
  client.ws.close();
});

test('a ticket opens one WebSocket, once', async () => {
  const query = `?ticket=${await ticketOf(ada)}`;
  const client = connect(api.url, `/ws/rooms/${room}`, { query });
  await client.next('hello');
  expect(await refusal(api.url, `/ws/rooms/${room}${query}`)).toMatchObject({ status: 401 });
  client.ws.close();
});

test('a position has to be whole', async () => {
  for (const query of ['epoch=x', 'offset=1', 'epoch=x&offset=-1', 'epoch=x&offset=1.5', 'epoch=&offset=1'])
    expect(await refusal(api.url, `/ws/rooms/${room}?${query}`, bearer(ada))).toMatchObject({
      status: 422,
      code: 'invalid_request',
    });
});

test('the number of open WebSockets a person may have is bounded, and closed ones do not count', async () => {
  const bob = await newPerson(api.url, 'Bob');
  const { id } = await newRoom(bob);
  const open = await Promise.all([1, 2, 3, 4].map(() => join(api.url, bob, id)));
  expect(await refusal(api.url, `/ws/rooms/${id}`, bearer(bob))).toMatchObject({
    status: 429,
    code: 'rate_limited',
  });
  open[0]?.ws.close();
  await open[0]?.closed;
  open.push(await join(api.url, bob, id));
  open.forEach(({ ws }) => ws.close());
});

test('requests for other upgrades do not disturb the server', async () => {
  const reply = await fetch(`${api.url}/ws/rooms/${room}`, { headers: bearer(ada) });
  expect(reply.status).toBe(404);
  expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
});
