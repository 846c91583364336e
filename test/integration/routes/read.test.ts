import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { colleague, memberIdOf, newRoomOf, refusal, storeMessages } from './routes-fixture';

let api: TestApi;
let ada: Person;
beforeAll(async () => {
  api = await startTestApi();
  ada = await newPerson(api.url, 'Ada');
});

const mark = (person: Person, roomId: string, seq: number): Promise<{ seq: number }> =>
  person.must('POST', `/rooms/${roomId}/read`, { seq });

test('a marker moves up, never back and never past the newest message', async () => {
  const roomId = await newRoomOf(ada);
  await storeMessages(api, roomId, ada, 5);
  expect(await mark(ada, roomId, 3)).toEqual({ userId: ada.id, seq: 3 });
  expect(await mark(ada, roomId, 2)).toMatchObject({ seq: 3 });
  expect(await ada.must('GET', `/rooms/${roomId}`)).toMatchObject({ readSeq: 3, unread: 2 });
  expect(await mark(ada, roomId, 2_000_000_000)).toMatchObject({ seq: 5 });
  expect(await ada.must('GET', `/rooms/${roomId}`)).toMatchObject({ readSeq: 5, unread: 0 });
});

test('parallel markers end at the highest', async () => {
  const roomId = await newRoomOf(ada);
  await storeMessages(api, roomId, ada, 20);
  await Promise.all([7, 20, 3, 15, 1].map((seq) => mark(ada, roomId, seq)));
  expect(await mark(ada, roomId, 0)).toMatchObject({ seq: 20 });
});

test('members see how far the members have read', async () => {
  const roomId = await newRoomOf(ada);
  const ben = await colleague(api, ada, 'Ben');
  await ada.must('POST', `/rooms/${roomId}/members`, { userId: ben.id });
  await storeMessages(api, roomId, ada, 4);
  await mark(ada, roomId, 4);
  await mark(ben, roomId, 2);
  const markers = [
    { userId: ada.id, seq: 4 },
    { userId: ben.id, seq: 2 },
  ];
  expect(await ben.must('GET', `/rooms/${roomId}/read`)).toEqual({ items: markers, nextCursor: null });
  await ben.must('DELETE', `/rooms/${roomId}/members/${await memberIdOf(ben, roomId)}`);
  expect(await ada.must('GET', `/rooms/${roomId}/read`)).toMatchObject({ items: markers.slice(0, 1) });
});

test.each([{}, { seq: -1 }, { seq: 1.5 }, { seq: '3' }, { seq: 2 ** 31 }, { seq: 1, at: 'now' }])(
  'the marker %j is refused',
  async (body) => {
    const roomId = await newRoomOf(ada);
    expect(await refusal(ada, 'POST', `/rooms/${roomId}/read`, body)).toEqual([422, 'invalid_request']);
  },
);
