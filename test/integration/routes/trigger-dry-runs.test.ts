import { randomUUID } from 'node:crypto';
import type { Person } from '../../support/people';
import type { TestApi } from '../api/api-fixture';
import { newAgentOf, newRoomOf } from './routes-fixture';
import { openTriggersFixture, type TriggersFixture } from './triggers-fixture';
import { addOne, published, storeRun } from './workflows-fixture';

interface DryRunBody {
  wouldFire: boolean;
  reason: string | null;
  checks: { field: string; met: boolean; message: string }[];
  input: unknown;
  run: unknown;
  fallback: string | null;
}

let fixture: TriggersFixture;
let api: TestApi;
let ada: Person;
let flow: string;
beforeAll(async () => {
  fixture = await openTriggersFixture();
  ({ api, ada, flow } = fixture);
});

const message = (body: object) => fixture.create(ada, { eventType: 'user_message', ...body });
const dryRun = (id: string, body: object) => ada.must<DryRunBody>('POST', `/triggers/${id}/test`, body);
const unmet = ({ checks }: DryRunBody): string[] =>
  checks.filter(({ met }) => !met).map(({ field }) => field);

test('a dry run explains a match', async () => {
  const { id } = await message({ conditions: { contains: ['two'] }, input: { n: 'size(event.text)' } });
  expect(await dryRun(id, { event: { text: 'One, Two' } })).toMatchObject({
    ...{ wouldFire: true, reason: null, input: { n: 8 }, inputError: null, fallback: null },
    run: { workflowId: flow, version: 1, workflowName: 'Flow' },
  });
});

test('a dry run explains field by field why nothing would fire, and what happens instead', async () => {
  const room = await newRoomOf(ada);
  const { id } = await message({
    ...{
      conditions: { contains: ['two'], minMessages: 3, authorRoles: ['student'] },
      scope: { roomId: room },
    },
    ...{ quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }, enabled: false },
  });
  const at = '2026-01-15T22:30:00Z';
  const answer = await dryRun(id, { event: { text: 'One', authorRole: 'teacher' }, at });
  expect(answer).toMatchObject({ wouldFire: false, reason: 'disabled', fallback: 'nothing' });
  expect(unmet(answer)).toEqual([
    ...['enabled', 'authorRoles', 'contains', 'minMessages', 'quietHours', 'input'],
  ]);
  await ada.must('POST', `/triggers/${id}/enable`);
  expect((await dryRun(id, { event: { text: 'One' }, at })).reason).toBe('conditions_not_met');
  const agentId = await newAgentOf(ada);
  await ada.must('POST', `/rooms/${room}/members`, { agentId });
  expect((await dryRun(id, { event: { text: 'One' } })).fallback).toBe('agents');
  await ada.must('PUT', `/rooms/${room}/workflow`, { workflowId: flow });
  expect((await dryRun(id, { event: { text: 'One' } })).fallback).toBe('workflow');
  expect((await dryRun(id, { roomId: await newRoomOf(ada) })).checks).toContainEqual(
    expect.objectContaining({ field: 'scope', met: false }),
  );
});

test('a dry run knows the last firing, the runs under way, the workflow and its input', async () => {
  const workflowId = await published(ada, addOne());
  const { id } = await fixture.create(ada, {
    ...{ eventType: 'manual', workflowId, cooldownSeconds: 600, maxConcurrent: 1, overLimit: 'skip' },
    input: { n: 'event.payload.n' },
  });
  const event = { payload: { n: 1 } };
  expect(await dryRun(id, { event })).toMatchObject({ wouldFire: true, input: { n: 1 } });
  expect(await dryRun(id, { event: { payload: { n: 'one' } } })).toMatchObject({ reason: 'payload_invalid' });
  expect(await dryRun(id, { event: { payload: {} } })).toMatchObject({ reason: 'input_failed', input: null });
  await storeRun(api, ada, { triggerPolicyId: id });
  expect(await dryRun(id, { event })).toMatchObject({ reason: 'concurrency' });
  await api.database.triggerFiring.create({
    data: {
      ...{ id: randomUUID(), policyId: id, workspaceId: ada.workspaceId, status: 'fired', event: {} },
    },
  });
  expect(await dryRun(id, { event })).toMatchObject({ reason: 'cooldown' });
  await ada.must('DELETE', `/workflows/${workflowId}`);
  expect(unmet(await dryRun(id, { event }))).toEqual(['cooldown', 'workflow', 'maxConcurrent']);
});
