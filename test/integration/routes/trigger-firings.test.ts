import { randomUUID } from 'node:crypto';
import { eventually } from '../../support/eventually';
import type { Person } from '../../support/people';
import type { TestApi } from '../api/api-fixture';
import { colleague, newRoomOf, refusal, type Page } from './routes-fixture';
import { openTriggersFixture, type PolicyBody, type TriggersFixture } from './triggers-fixture';

let fixture: TriggersFixture;
let api: TestApi;
let ada: Person;
beforeAll(async () => {
  fixture = await openTriggersFixture();
  ({ api, ada } = fixture);
});

const create: TriggersFixture['create'] = (person, body) => fixture.create(person, body);
const errorsOf: TriggersFixture['errorsOf'] = (...request) => fixture.errorsOf(...request);

test('firings are listed newest first, with why they did not fire, to those who may see them', async () => {
  const room = await newRoomOf(ada);
  const student = await colleague(api, ada, 'Finn', 'student');
  const { id } = await create(ada, { eventType: 'user_message' });
  const day = Date.parse('2026-03-02T00:00:00Z');
  const firing = (hour: number, more: object) => ({
    ...{ id: randomUUID(), policyId: id, workspaceId: ada.workspaceId, status: 'fired' },
    event: {
      ...{ id: randomUUID(), type: 'user_message', at: day, depth: 0, sessionId: null },
      data: { text: 'Hello' },
    },
    createdAt: new Date(day + hour * 3_600_000),
    ...more,
  });
  const rows = [
    firing(1, {}),
    firing(2, { status: 'skipped', reason: 'cooldown', count: 7 }),
    firing(3, { status: 'skipped', reason: 'quiet_hours', roomId: room }),
  ];
  await api.database.triggerFiring.createMany({ data: rows });
  const list = async (person: Person, query = '') => {
    const { items, nextCursor } = await person.must<Page<{ id: string; message: string; count: number }>>(
      ...(['GET', `/triggers/${id}/firings?${query}`] as const),
    );
    return { items, nextCursor, order: items.map((item) => rows.findIndex((row) => row.id === item.id)) };
  };
  const all = await list(ada);
  expect(all.order).toEqual([2, 1, 0]);
  expect(all.items[1]).toMatchObject({
    ...{ reason: 'cooldown', message: 'The last firing was too short a while ago.', count: 7 },
    event: { type: 'user_message', at: '2026-03-02T00:00:00.000Z', data: { text: 'Hello' } },
  });
  expect((await list(ada, 'status=fired')).order).toEqual([0]);
  expect((await list(ada, 'reason=cooldown')).order).toEqual([1]);
  expect((await list(ada, 'since=2026-03-02T02:00:00Z')).order).toEqual([2, 1]);
  const first = await list(ada, 'limit=2');
  expect((await list(ada, `limit=2&cursor=${String(first.nextCursor)}`)).order).toEqual([0]);
  expect((await list(student)).order).toEqual([]);
  await ada.must('POST', `/rooms/${room}/members`, { userId: student.id });
  expect((await list(student)).order).toEqual([2]);
  const { lastFiredAt } = await ada.must<PolicyBody>('GET', `/triggers/${id}`);
  expect(lastFiredAt).toBe('2026-03-02T01:00:00.000Z');
});

test('firing by hand stores an event for its host; what does not fire by hand says so', async () => {
  const room = await newRoomOf(ada);
  const { id } = await create(ada, { eventType: 'manual', scope: { roomId: room } });
  const body = { payload: { n: 1 } };
  const reply = await ada.call<{ eventId: string }>('POST', `/triggers/${id}/fire`, body, {
    'idempotency-key': 'once',
  });
  expect(reply.status).toBe(202);
  const again = await ada.call('POST', `/triggers/${id}/fire`, body, { 'idempotency-key': 'once' });
  expect(again.body).toEqual(reply.body);
  expect(await api.database.triggerEvent.findMany({ where: { policyId: id } })).toMatchObject([
    {
      ...{ id: reply.body.eventId, type: 'manual', roomId: room, sessionId: room, depth: 0 },
      data: { payload: { n: 1 }, by: { id: ada.id, name: 'Ada' } },
    },
  ]);
  expect(await fixture.auditsOf(id)).toEqual(['trigger_created', 'trigger_fired']);
  expect(await errorsOf('POST', `/triggers/${id}/fire`, { roomId: await newRoomOf(ada) })).toEqual([
    'body.roomId invalid_value',
  ]);
  // Nothing is decided within the second.
  const { id: patient } = await create(ada, { eventType: 'manual', debounceSeconds: 60 });
  const waited = await ada.call('POST', `/triggers/${patient}/fire`, body, { prefer: 'wait=1' });
  expect([waited.status, waited.headers.get('preference-applied')]).toEqual([202, 'wait=1']);
  const silent = await create(ada, { eventType: 'silence', thresholdMinutes: 5 });
  expect(await refusal(ada, 'POST', `/triggers/${silent.id}/fire`, {})).toEqual([409, 'trigger_not_manual']);
});

test('waiting for a firing answers what was decided', async () => {
  const { id } = await create(ada, { eventType: 'manual' });
  const waiting = ada.call<Record<string, unknown>>(
    ...(['POST', `/triggers/${id}/fire`, { payload: {} }, { prefer: 'wait=50' }] as const),
  );
  const { id: eventId } = await eventually('the event', () =>
    api.database.triggerEvent.findFirst({ where: { policyId: id } }),
  );
  await api.database.triggerFiring.create({
    data: {
      ...{ id: randomUUID(), policyId: id, workspaceId: ada.workspaceId, status: 'skipped' },
      ...{ reason: 'cooldown', event: { id: eventId } },
    },
  });
  const { status, body } = await waiting;
  expect([status, body]).toEqual([200, { eventId, decision: 'skipped', reason: 'cooldown', detail: null }]);
});

test('a timer fires by hand and makes up for its past, within limits', async () => {
  const { id } = await create(ada, { eventType: 'timer', cron: '0 0 * * *' });
  expect((await ada.call('POST', `/triggers/${id}/fire`, {})).body).toEqual({ eventId: null });
  const backfill = `/triggers/${id}/backfill`;
  const days = (from: string, to: string) => ({ from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` });
  const reply = await ada.call('POST', backfill, days('2026-03-02', '2026-03-04'));
  expect([reply.status, reply.body]).toEqual([202, { times: 3 }]);
  for (const wrong of [
    days('2026-03-02', '2026-03-02'),
    days('2026-03-02', '2026-04-03'),
    days('2026-03-02', '2999-01-01'),
  ])
    expect(await errorsOf('POST', backfill, wrong)).toEqual(['body.to invalid_value']);
  await ada.must('PATCH', `/triggers/${id}`, { intervalMinutes: 1 });
  expect(await errorsOf('POST', backfill, days('2026-03-02', '2026-03-03'))).toEqual([
    'body.to invalid_value',
  ]);
  const manual = await create(ada, { eventType: 'manual' });
  expect(
    await refusal(ada, 'POST', `/triggers/${manual.id}/backfill`, days('2026-03-02', '2026-03-03')),
  ).toEqual([409, 'trigger_not_a_timer']);
  expect(await fixture.auditsOf(id)).toEqual([
    ...['trigger_created', 'trigger_fired', 'trigger_backfilled', 'trigger_changed'],
  ]);
  await ada.must('DELETE', `/triggers/${id}`);
});
