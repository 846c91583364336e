import { WebSocket } from 'ws';
import { roomChannel } from '../../../infra/relay/relay';
import { closeCodes, type ChannelEvent } from '../../../workflows/contracts/events';
import { eventually } from '../../support/eventually';
import { newPerson, newRoom, type Person } from '../../support/people';
import { join, startSocketApi, type SocketApi } from './socket-fixture';

let api: SocketApi;
let ada: Person;

beforeAll(async () => {
  api = await startSocketApi({ env: { SOCKET_MAX_BUFFERED_BYTES: '65536', SOCKET_PING_SECONDS: '300' } });
  ada = await newPerson(api.url, 'Ada');
});

afterAll(() => api.stop());

test('somebody who does not read is closed with 4409; others get everything at once', async () => {
  const { id } = await newRoom(ada);
  const slow = await join(api.url, ada, id);
  const quick = await join(api.url, ada, id);
  const closing = jest.spyOn(WebSocket.prototype, 'close');
  slow.ws.pause();
  const text = 'x'.repeat(50_000);
  // Enough to fill what the system itself buffers between two processes.
  for (let index = 0; index < 300; index += 1) {
    const event: ChannelEvent = { type: 'message.delta', messageId: 'm', attempt: 1, index, text };
    await api.relay.publish(roomChannel(id), [event]);
    // Who does not answer the close for a while is cut off, and would not see its code.
    if (closing.mock.calls.some(([code]) => code === closeCodes.tooSlow)) slow.ws.resume();
  }
  await eventually('the quick one has all', () => quick.ofType('message.delta').length === 300);
  expect(await slow.closed).toBe(closeCodes.tooSlow);
  closing.mockRestore();
  const got = slow.ofType('message.delta').map(({ index }) => index);
  expect(got.length).toBeLessThan(300);
  expect(got).toEqual(got.map((_, index) => index));
  quick.ws.close();
});

test('somebody who does not answer pings is closed with 4408', async () => {
  // Long enough for a stall between a ping and its answer.
  const pinging = await startSocketApi({ env: { SOCKET_PING_SECONDS: '5' } });
  const { id } = await newRoom(ada);
  const deaf = await join(pinging.url, ada, id, { autoPong: false });
  const alive = await join(pinging.url, ada, id);
  expect(await deaf.closed).toBe(closeCodes.noPong);
  alive.write({ type: 'ping' });
  await alive.next('pong');
  alive.ws.close();
  await pinging.stop();
});
