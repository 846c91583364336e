import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { createDatabase, type Database } from '../../../infra/database/client';
import { createTemporalClient } from '../../../infra/temporal/client';
import { triggerScheduleId } from '../../../workflows/contracts/triggers/host';
import { eventually } from '../../support/eventually';
import { newRoom, type Person } from '../../support/people';
import { openTriggerFixture, type TriggerFixture } from './trigger-fixture';

let triggers: TriggerFixture;
let ada: Person;
let database: Database;
let receiver: Server;
/** What the subscriber's server got. */
const received: { headers: Record<string, string>; body: string }[] = [];
const temporal = createTemporalClient({ address: process.env.TEMPORAL_ADDRESS ?? '', namespace: 'default' });

beforeAll(async () => {
  triggers = await openTriggerFixture({ env: { OUTBOUND_ALLOWED: '127.0.0.1/32' } });
  ({ ada } = triggers);
  database = createDatabase(process.env.DATABASE_URL ?? '', 2);
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body });
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await triggers.stop();
  receiver.close();
  await Promise.all([database.$disconnect(), temporal.connection.close()]);
});

test('a silence fires to the second, once, and again only after somebody wrote', async () => {
  const room = await newRoom(ada, {});
  const policyId = await triggers.policy({
    eventType: 'silence',
    thresholdMinutes: 1,
    scope: { roomId: room.id },
    workflowId: await triggers.workflow(),
  });
  const schedule = temporal.schedule.getHandle(triggerScheduleId(policyId));
  // Without sweeps of its own nothing but the room's timer can fire.
  await schedule.pause();
  const sweep = (): Promise<void> => schedule.trigger('ALLOW_ALL');
  /** As if the newest message were so old. */
  const writeAgo = async (seconds: number): Promise<Date> => {
    const { lastSeq } = await database.room.findUniqueOrThrow({ where: { id: room.id } });
    await ada.must('POST', `/rooms/${room.id}/messages`, { text: 'hello' });
    await eventually('it is stored', async () => {
      const row = await database.room.findUniqueOrThrow({ where: { id: room.id } });
      return row.lastSeq > lastSeq;
    });
    const lastMessageAt = new Date(Date.now() - seconds * 1000);
    await database.room.update({ where: { id: room.id }, data: { lastMessageAt } });
    return lastMessageAt;
  };
  // The policy is younger than the silence would be: it was made within it.
  const earlier = new Date(Date.now() - 120_000);
  await database.triggerPolicy.update({
    where: { id: policyId },
    data: { createdAt: earlier, sweptUntil: null },
  });

  const since = await writeAgo(57);
  await sweep();
  const [firing] = await triggers.fired(policyId, 1);
  const { createdAt } = await database.triggerFiring.findUniqueOrThrow({ where: { id: firing?.id ?? '' } });
  const late = createdAt.getTime() - since.getTime() - 60_000;
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThan(15_000);
  expect(firing?.run.output).toMatchObject({ noted: { input: { minutes: 1 } } });

  // The same silence, looked at again from the beginning.
  await database.triggerPolicy.update({ where: { id: policyId }, data: { sweptUntil: null } });
  await sweep();
  await writeAgo(58);
  await database.triggerPolicy.update({ where: { id: policyId }, data: { sweptUntil: null } });
  await sweep();
  expect(await triggers.fired(policyId, 2)).toHaveLength(2);
});

test('a timer fires by hand and for times gone by, once for each, and tells its next times', async () => {
  const room = await newRoom(ada, {});
  // Far from now, so that it does not fire meanwhile.
  const hour = Math.abs(new Date().getUTCHours() - 7.5) < 3 ? 21 : 9;
  const policyId = await triggers.policy({
    eventType: 'timer',
    cron: `0 ${String(hour)} * * 1-5`,
    timeZone: 'Europe/Berlin',
    scope: { roomId: room.id },
    workflowId: await triggers.workflow(),
    overlap: 'buffer_all',
  });
  await ada.must('POST', `/triggers/${policyId}/fire`, {});
  await triggers.fired(policyId, 1);
  // Whole days, so that none is cut where the clocks change.
  const until = new Date(new Date().setUTCHours(0, 0, 0, 0));
  const from = new Date(until.getTime() - 7 * 86_400_000);
  const range = { from: from.toISOString(), to: until.toISOString() };
  await ada.must('POST', `/triggers/${policyId}/backfill`, range);
  const firings = await triggers.fired(policyId, 6, 120);
  expect(firings).toHaveLength(6);
  const times = firings.map(
    ({ run }) => (run.output?.noted as { input: { scheduledAt: string } }).input.scheduledAt,
  );
  expect(times.filter((time) => /T(0[78]|19|20):00:00/.test(time))).toHaveLength(5);
  // The same times again are the same firings.
  await ada.must('POST', `/triggers/${policyId}/backfill`, range);
  await ada.must('POST', `/triggers/${policyId}/fire`, {});
  expect(await triggers.fired(policyId, 7, 120)).toHaveLength(7);
});

test('a failed run tells the subscriber’s server, signed, and runs what waits for failures', async () => {
  const { port } = receiver.address() as AddressInfo;
  const subscription = await ada.must<{ id: string; secret: string }>('POST', '/webhooks', {
    name: 'Mine',
    url: `http://127.0.0.1:${String(port)}/events`,
    eventTypes: ['run.failed', 'message.created'],
  });
  const at = { x: 0, y: 0 };
  const { id: failing } = await ada.must<{ id: string }>('POST', '/workflows', {
    name: 'Fails',
    graph: {
      schemaVersion: 1,
      nodes: [
        { id: 'start', type: 'trigger', position: at, data: {} },
        {
          id: 'work',
          type: 'tool',
          position: at,
          data: { tool: 'calculator', input: { expression: '"1 +"' } },
        },
      ],
      edges: [{ id: 'e1', source: 'start', target: 'work' }],
    },
  });
  await ada.must('POST', `/workflows/${failing}/publish`);
  const policyId = await triggers.policy({
    ...{
      eventType: 'run_failed',
      conditions: { workflowIds: [failing] },
      workflowId: await triggers.workflow(),
    },
  });
  const { runId } = await ada.must<{ runId: string }>('POST', `/workflows/${failing}/execute`, {});
  const [firing] = await triggers.fired(policyId, 1);
  expect(firing?.run.output).toMatchObject({ noted: { input: { runId, error: { code: 'tool_failed' } } } });
  const call = await eventually('the server is told', () => received[0]);
  const told = new Webhook(subscription.secret).verify(call.body, call.headers);
  expect(told).toMatchObject({ type: 'run.failed', sequence: 0, data: { runId } });

  const room = await newRoom(ada, {});
  await ada.must('POST', `/rooms/${room.id}/messages`, { text: 'one' });
  await ada.must('POST', `/rooms/${room.id}/messages`, { text: 'two' });
  // One that is told again, since its answer came late, counts once.
  const distinct = (): number => new Set(received.map(({ headers }) => headers['webhook-id'])).size;
  await eventually('both messages are told', () => distinct() >= 3);
  const texts = received
    .map(({ body }) => JSON.parse(body) as { sequence: number; data: { text: string } })
    .filter(({ sequence }, index, all) => sequence > (all[index - 1]?.sequence ?? 0));
  expect(texts.map(({ sequence, data }) => [sequence, data.text])).toEqual([
    [1, 'one'],
    [2, 'two'],
  ]);
});

test('runs are found in Temporal by policy and by what started them', async () => {
  const policyId = await triggers.policy({ eventType: 'manual', workflowId: await triggers.workflow() });
  await ada.must('POST', `/triggers/${policyId}/fire`, { payload: { n: 1 } });
  const [firing] = await triggers.fired(policyId, 1);
  const query = `Initiator = "trigger:${policyId}" AND TriggerType = "manual" AND WorkflowType = "runWorkflow"`;
  const found = await eventually('it is listed', async () => {
    const ids: string[] = [];
    for await (const { workflowId } of temporal.workflow.list({ query })) ids.push(workflowId);
    return ids.length > 0 && ids;
  });
  expect(found).toEqual([`run:${firing?.runId ?? ''}`]);
});
