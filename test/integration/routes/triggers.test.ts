import { randomUUID } from 'node:crypto';
import { eventually } from '../../support/eventually';
import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { colleague, newRoomOf, refusal, type Page } from './routes-fixture';
import { openTriggersFixture, type PolicyBody, type TriggersFixture } from './triggers-fixture';
import { newWorkflow, published } from './workflows-fixture';

let fixture: TriggersFixture;
let api: TestApi;
let ada: Person;
let flow: string;
beforeAll(async () => {
  fixture = await openTriggersFixture();
  ({ api, ada, flow } = fixture);
});

const create: TriggersFixture['create'] = (person, body) => fixture.create(person, body);
const message = (body: object = {}) => create(ada, { eventType: 'user_message', ...body });
const errorsOf: TriggersFixture['errorsOf'] = (...request) => fixture.errorsOf(...request);
const refused = (body: object): Promise<string[]> =>
  errorsOf('POST', '/triggers', { name: 'Rule', workflowId: flow, ...body });
const versionOf = async (workspaceId: string): Promise<number> =>
  (await api.database.workspace.findUniqueOrThrow({ where: { id: workspaceId } })).triggersVersion;

test('a policy has its defaults, by its type', async () => {
  expect(await message({ conditions: { contains: 'help', authorRoles: ['student'] } })).toMatchObject({
    ...{ eventType: 'user_message', scope: { workspaceId: ada.workspaceId } },
    conditions: { contains: ['help'], authorRoles: ['student'] },
    ...{ version: null, input: null, debounceSeconds: 10, debounceMode: 'trailing', cooldownSeconds: 0 },
    ...{ quietHours: null, maxConcurrent: null, overLimit: 'queue', intervalMinutes: null, cron: null },
    ...{ overlap: null, thresholdMinutes: null, enabled: true, revision: 1, schedule: null, hook: null },
    lastFiredAt: null,
  });
  expect(await create(ada, { eventType: 'silence', thresholdMinutes: 10 })).toMatchObject({
    ...{ debounceSeconds: 0, thresholdMinutes: 10 },
  });
  expect(await create(ada, { eventType: 'timer', cron: '0 9 * * 1-5' })).toMatchObject({
    ...{ cron: '0 9 * * 1-5', timeZone: 'UTC', intervalMinutes: null, jitterSeconds: 0 },
    ...{ catchupSeconds: 3600, overlap: 'skip', startAt: null, endAt: null },
  });
});

test('everything that is wrong with the shape of a policy is named at once', async () => {
  expect(
    await refused({
      ...{ name: '', eventType: 'silence', thresholdMinutes: 10_081, debounceSeconds: 3601 },
      ...{ cooldownSeconds: -1, maxConcurrent: 0, intervalMinutes: 44_641, overLimit: 'wait', version: 0 },
      quietHours: { from: '24:00', to: '7:00', timeZone: 'UTC', days: [0] },
      ...{ scope: { roomId: randomUUID(), courseId: randomUUID() }, conditions: { text: 'a' } },
      ...{ input: { '1a': 'event.text' }, surprise: true },
    }),
  ).toEqual([
    'body.conditions.text unknown_field',
    'body.cooldownSeconds too_small',
    'body.debounceSeconds too_big',
    'body.input.1a invalid_value',
    'body.intervalMinutes too_big',
    'body.maxConcurrent too_small',
    'body.name too_small',
    'body.overLimit invalid_value',
    'body.quietHours.days.0 too_small',
    'body.quietHours.from invalid_format',
    'body.quietHours.to invalid_format',
    'body.scope invalid_value',
    'body.surprise unknown_field',
    'body.thresholdMinutes too_big',
    'body.version too_small',
  ]);
});

test('everything that a policy cannot mean is named at once', async () => {
  const draft = await newWorkflow(ada);
  const ben = await newPerson(api.url, 'Ben');
  const theirs = await ben.must<{ id: string }>('POST', '/courses', { name: 'Botany' });
  expect(
    await refused({
      ...{ eventType: 'timer', cron: '0 9 * * L', timeZone: 'Europe/Nowhere', thresholdMinutes: 5 },
      ...{ workflowId: draft, scope: { courseId: theirs.id }, bodySchema: {} },
      ...{ startAt: '2026-03-03T00:00:00Z', endAt: '2026-03-02T00:00:00Z', debounceSeconds: 5 },
      conditions: {
        ...{ minMessages: 2, contains: ['a'], mentions: [randomUUID()], workflowIds: [randomUUID()] },
        expression: 'event.scheduled == 1',
      },
      quietHours: { from: '22:00', to: '07:00', timeZone: 'Mars/Base' },
    }),
  ).toEqual([
    'body.bodySchema not_applicable',
    'body.conditions.contains not_applicable',
    'body.conditions.expression unknown_reference',
    'body.conditions.mentions not_applicable',
    'body.conditions.mentions.0 agent_not_found',
    'body.conditions.minMessages not_applicable',
    'body.conditions.workflowIds not_applicable',
    'body.conditions.workflowIds.0 workflow_not_found',
    'body.cron invalid_value',
    'body.debounceSeconds not_applicable',
    'body.endAt invalid_value',
    'body.quietHours.timeZone invalid_value',
    'body.scope.courseId course_not_found',
    'body.thresholdMinutes not_applicable',
    'body.timeZone invalid_value',
    'body.workflowId workflow_not_published',
  ]);
});

test.each([
  [{ eventType: 'timer' }, ['body.intervalMinutes required']],
  [{ eventType: 'timer', intervalMinutes: 5, cron: '* * * * *' }, ['body.cron not_applicable']],
  [{ eventType: 'timer', intervalMinutes: 1, jitterSeconds: 61 }, ['body.jitterSeconds invalid_value']],
  [{ eventType: 'timer', intervalMinutes: 1, timeZone: 'UTC' }, ['body.timeZone not_applicable']],
  [{ eventType: 'timer', cron: '0 0 30 2 *' }, ['body.cron invalid_value']],
  [{ eventType: 'timer', cron: '0 0 * * * *' }, ['body.cron invalid_value']],
  [{ eventType: 'timer', cron: 'H * * * *' }, ['body.cron invalid_value']],
  [{ eventType: 'timer', cron: '@daily' }, ['body.cron invalid_value']],
  [{ eventType: 'silence' }, ['body.thresholdMinutes required']],
  [{ eventType: 'manual', version: 9 }, ['body.version version_not_found']],
  [{ eventType: 'webhook', bodySchema: { type: 'strange' } }, ['body.bodySchema invalid_value']],
])('%j is refused', async (body, errors) => {
  expect(await refused(body)).toEqual(errors);
});

test('a list is filtered, in pages', async () => {
  const owner = await newPerson(api.url, 'Olga');
  const [own, other] = [await published(owner), await published(owner)];
  const room = await newRoomOf(owner);
  const made = [
    await create(owner, { eventType: 'user_message', workflowId: own, scope: { roomId: room } }),
    await create(owner, { eventType: 'manual', workflowId: own, enabled: false }),
    await create(owner, { eventType: 'manual', workflowId: other }),
  ].map(({ id }) => id);
  const list = async (query: string) => {
    const { items, nextCursor } = await owner.must<Page<PolicyBody>>('GET', `/triggers?${query}`);
    return [items.map(({ id }) => made.indexOf(id)), nextCursor === null];
  };
  expect(await list('')).toEqual([[0, 1, 2], true]);
  expect(await list('limit=2')).toEqual([[0, 1], false]);
  expect(await list(`cursor=${String(made[1])}`)).toEqual([[2], true]);
  expect(await list('eventType=manual&enabled=false')).toEqual([[1], true]);
  expect(await list(`workflowId=${own}`)).toEqual([[0, 1], true]);
  expect(await list(`roomId=${room}`)).toEqual([[0], true]);
});

test('every change counts in the policy and its workspace, and is on record', async () => {
  const owner = await newPerson(api.url, 'Nora');
  const { id } = await create(owner, { eventType: 'manual', workflowId: await published(owner) });
  const change = (method: string, path = '', body?: object) =>
    owner.must<PolicyBody>(method, `/triggers/${id}${path}`, body);
  expect(await change('PATCH', '', { name: 'Other', cooldownSeconds: 5 })).toMatchObject({
    ...{ name: 'Other', cooldownSeconds: 5, revision: 2 },
  });
  expect(await change('POST', '/disable')).toMatchObject({ enabled: false, revision: 3 });
  expect(await change('POST', '/disable')).toMatchObject({ enabled: false, revision: 3 });
  expect(await change('POST', '/enable')).toMatchObject({ enabled: true, revision: 4 });
  expect(await versionOf(owner.workspaceId)).toBe(4);
  await owner.must('DELETE', `/triggers/${id}`);
  expect(await versionOf(owner.workspaceId)).toBe(5);
  expect(await refusal(owner, 'GET', `/triggers/${id}`)).toEqual([404, 'trigger_not_found']);
  expect(await fixture.auditsOf(id)).toEqual([
    ...['trigger_created', 'trigger_changed', 'trigger_disabled', 'trigger_enabled', 'trigger_deleted'],
  ]);
});

test('a change keeps what it does not name, and is checked with it', async () => {
  const { id } = await create(ada, { eventType: 'timer', intervalMinutes: 5, jitterSeconds: 120 });
  const path = `/triggers/${id}`;
  expect(await errorsOf('PATCH', path, { intervalMinutes: 1 })).toEqual(['body.jitterSeconds invalid_value']);
  expect(await errorsOf('PATCH', path, { thresholdMinutes: 1 })).toEqual([
    'body.thresholdMinutes not_applicable',
  ]);
  expect(await errorsOf('PATCH', path, { name: 'Rule', eventType: 'manual' })).toEqual([
    'body.eventType unknown_field',
  ]);
  expect(await errorsOf('PATCH', path, {})).toEqual(['body invalid_value']);
  const cron = { cron: '0 9 * * *', timeZone: 'Europe/Berlin' };
  expect(await ada.must('PATCH', path, cron)).toMatchObject({
    ...cron,
    ...{ intervalMinutes: null, jitterSeconds: 120, revision: 2 },
  });
  expect(await ada.must('PATCH', path, { intervalMinutes: 10 })).toMatchObject({
    ...{ intervalMinutes: 10, cron: null, timeZone: null, revision: 3 },
  });
});

test('a policy whose workflow was deleted can still be changed and disabled', async () => {
  const workflowId = await published(ada);
  const { id } = await message({ workflowId });
  await ada.must('DELETE', `/workflows/${workflowId}`);
  expect(await ada.must('PATCH', `/triggers/${id}`, { name: 'Old' })).toMatchObject({ name: 'Old' });
  expect(await ada.must('POST', `/triggers/${id}/disable`)).toMatchObject({ enabled: false });
  expect(await errorsOf('PATCH', `/triggers/${id}`, { version: 1 })).toEqual([
    'body.workflowId workflow_not_found',
  ]);
});

test('a silence that is enabled, or changes its threshold, does not make up for what was due before', async () => {
  const { id } = await create(ada, { eventType: 'silence', thresholdMinutes: 10, enabled: false });
  const long = new Date(Date.now() - 3_600_000);
  const sweptAfter = async (method: string, path: string, body?: object): Promise<Date | null> => {
    await api.database.triggerPolicy.update({ where: { id }, data: { sweptUntil: long } });
    await ada.must(method, `/triggers/${id}${path}`, body);
    return (await api.database.triggerPolicy.findUniqueOrThrow({ where: { id } })).sweptUntil;
  };
  const began = Date.now();
  for (const swept of [
    await sweptAfter('POST', '/enable'),
    await sweptAfter('PATCH', '', { thresholdMinutes: 5 }),
  ])
    expect(swept?.getTime()).toBeGreaterThanOrEqual(began);
  for (const swept of [
    await sweptAfter('PATCH', '', { name: 'Other', enabled: true, thresholdMinutes: 5 }),
    await sweptAfter('POST', '/disable'),
  ])
    expect(swept).toEqual(long);
  expect((await sweptAfter('PATCH', '', { enabled: true }))?.getTime()).toBeGreaterThanOrEqual(began);
  await ada.must('DELETE', `/triggers/${id}`);
});

test('while Temporal is away a timer is stored, and its Schedule is pending', async () => {
  const away = await startTestApi({ env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
  const owner = await newPerson(away.url, 'Away');
  const workflowId = await published(owner);
  const made = await create(owner, { eventType: 'timer', intervalMinutes: 5, workflowId });
  expect(made.schedule).toMatchObject({ state: 'pending', nextAt: [] });
  expect(await refusal(owner, 'POST', `/triggers/${made.id}/fire`, {})).toEqual([
    ...[503, 'temporal_unavailable'],
  ]);
});

test('a timer tells its next times; while it is disabled it has none', async () => {
  const made: string[] = [];
  // An answer says `pending` when Temporal does not tell in time.
  const told = (request: () => Promise<PolicyBody>): Promise<PolicyBody> =>
    eventually('the state of the Schedule', async () => {
      const policy = await request();
      made.push(policy.id);
      return policy.schedule?.state !== 'pending' && policy;
    });
  const { id, schedule } = await told(() => create(ada, { eventType: 'timer', cron: '0 9 * * *' }));
  expect(schedule).toMatchObject({ id: `trigger:${id}`, state: 'active' });
  expect(schedule?.nextAt).toHaveLength(5);
  for (const time of schedule?.nextAt ?? []) expect(time).toMatch(/T09:00:00.000Z$/);
  const set = (state: 'disable' | 'enable') => told(() => ada.must('POST', `/triggers/${id}/${state}`));
  expect((await set('disable')).schedule).toMatchObject({ state: 'paused', nextAt: [] });
  expect((await set('enable')).schedule?.nextAt).toHaveLength(5);
  for (const each of new Set(made)) await ada.must('DELETE', `/triggers/${each}`);
});

test('a webhook has an address and a secret that is told once; a new one lets the old one expire', async () => {
  const made = await create(ada, { eventType: 'webhook' });
  expect(made.secret).toMatch(/^whsec_/);
  expect(made.hook?.url).toMatch(/\/hooks\/[\w-]{32}$/);
  expect(made.hook?.testUrl).toBe(`${String(made.hook?.url)}/test`);
  const read = () => ada.must<PolicyBody>('GET', `/triggers/${made.id}`);
  const before = await read();
  expect(JSON.stringify(before)).not.toContain('whsec_');
  expect(before.hook?.secrets).toHaveLength(1);
  const fresh = await ada.must<{ id: string; secret: string }>('POST', `/triggers/${made.id}/rotate-secret`, {
    graceSeconds: 60,
  });
  expect(fresh.secret).toMatch(/^whsec_/);
  const [current, old] = (await read()).hook?.secrets ?? [];
  expect([current?.id, current?.expiresAt]).toEqual([fresh.id, null]);
  expect(Date.parse(old?.expiresAt ?? '')).toBeLessThanOrEqual(Date.now() + 60_000);
  const { id } = await message();
  expect(await refusal(ada, 'POST', `/triggers/${id}/rotate-secret`, {})).toEqual([
    ...[409, 'trigger_not_a_webhook'],
  ]);
});

test('roles decide; a policy for a room is as visible as the room, and its owner’s too', async () => {
  const student = await colleague(api, ada, 'Sam', 'student');
  const member = await colleague(api, ada, 'Mia', 'member');
  const stranger = await newPerson(api.url, 'Eve');
  const headers = { 'x-workspace-id': ada.workspaceId };
  const body = { name: 'Rule', workflowId: flow, eventType: 'manual' };
  const { id } = await create(ada, { eventType: 'manual' });
  expect((await student.call('GET', `/triggers/${id}`)).status).toBe(200);
  expect(await refusal(student, 'PATCH', `/triggers/${id}`, { name: 'x' })).toEqual([403, 'forbidden']);
  expect(await refusal(student, 'POST', `/triggers/${id}/fire`, {})).toEqual([403, 'forbidden']);
  expect(await refusal(student, 'POST', '/triggers', body, headers)).toEqual([403, 'forbidden']);
  expect((await member.call('PATCH', `/triggers/${id}`, { name: 'x' })).status).toBe(200);
  expect(await refusal(stranger, 'GET', `/triggers/${id}`)).toEqual([404, 'trigger_not_found']);
  expect(await refusal(ada, 'GET', `/triggers/${randomUUID()}`)).toEqual([404, 'trigger_not_found']);

  const made = await student.call<{ id: string }>('POST', '/rooms', { name: 'Quiet' }, headers);
  const own = { ...body, scope: { roomId: made.body.id } };
  const forRoom = await student.call<PolicyBody>('POST', '/triggers', own, headers);
  expect(forRoom.status).toBe(201);
  expect(await refusal(member, 'GET', `/triggers/${forRoom.body.id}`)).toEqual([404, 'trigger_not_found']);
  expect(await refusal(member, 'POST', '/triggers', own, headers)).toEqual([404, 'room_not_found']);
  const { body: listed } = await member.call<Page<PolicyBody>>(
    'GET',
    '/triggers?limit=200',
    undefined,
    headers,
  );
  expect(listed.items.map((each) => each.id)).not.toContain(forRoom.body.id);
  await student.must('POST', `/rooms/${made.body.id}/members`, { userId: member.id });
  expect((await member.call('POST', `/triggers/${forRoom.body.id}/disable`)).status).toBe(200);
});
