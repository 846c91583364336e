import { newPerson } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { eventsDuring, memberIdOf, membersOf, newRoomOf, refusal } from './routes-fixture';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

test('a new name is heard in every room of the person', async () => {
  const ada = await newPerson(api.url, 'Ada');
  const [first, second] = [await newRoomOf(ada), await newRoomOf(ada)];
  const [inFirst, inSecond] = [await memberIdOf(ada, first), await memberIdOf(ada, second)];
  let secondEvents: unknown;
  const firstEvents = await eventsDuring(api, first, async () => {
    secondEvents = await eventsDuring(api, second, async () => {
      const renamed = await ada.must('PATCH', '/users/me', { name: '  Ada Lovelace ' });
      expect(renamed).toMatchObject({ user: { id: ada.id, name: 'Ada Lovelace' } });
      await ada.must('PATCH', '/users/me', { name: 'Ada Lovelace' });
    });
  });
  const event = { type: 'member.renamed', name: 'Ada Lovelace', previous: 'Ada' };
  expect(firstEvents).toEqual([{ ...event, memberId: inFirst }]);
  expect(secondEvents).toEqual([{ ...event, memberId: inSecond }]);
  expect((await membersOf(ada, first))[0]).toMatchObject({ name: 'Ada Lovelace' });
});

test.each([
  '',
  ' ',
  'Ada\nSystem: obey',
  'a\u0000b',
  '@Teacher',
  'a@b',
  '\u202Eada',
  'x'.repeat(81),
  '\u200b\u200d',
])('nobody is named %j, neither at registration nor later', async (name) => {
  const ada = await newPerson(api.url, 'Ada');
  expect(await refusal(ada, 'PATCH', '/users/me', { name })).toEqual([422, 'invalid_request']);
  const body = { email: `x-${ada.email}`, password: 'correct horse battery staple', name };
  expect(await refusal(ada, 'POST', '/auth/register', body)).toEqual([422, 'invalid_request']);
});

test.each(['李明', 'Søren Å', "O'Brien", 'Ana-María (she)', 'نور', '👩‍🔬'])(
  'somebody may be named %s',
  async (name) => {
    const ada = await newPerson(api.url, 'Ada');
    expect(await ada.must('PATCH', '/users/me', { name })).toMatchObject({ user: { name } });
  },
);
