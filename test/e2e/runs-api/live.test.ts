import { WebSocket } from 'ws';
import { agentDefinitions } from '../../../infra/agents/definitions';
import { fillTemplate, templates } from '../../../prisma/seed-templates';
import { newPerson, type Person } from '../../support/people';
import { startTestApp, type TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { refusal, type Failure, type Page } from '../../integration/routes/routes-fixture';
import { addOne, askFirst, published, publishNext } from '../../integration/routes/workflows-fixture';
import { followRun } from '../../integration/runs-api/event-stream';
import {
  approvalOf,
  eachItem,
  execute,
  nodesOf,
  runIs,
  threeSteps,
  waits,
  type RunBody,
} from './live-fixture';

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await startTestApp();
  ada = await newPerson(app.apiUrl, 'Ada');
});
afterAll(() => app.stop());

const again = async (method: string, path: string, body?: unknown): Promise<string> =>
  (await ada.must<{ runId: string }>(method, path, body)).runId;

test('a run that is waited for answers its output', async () => {
  const id = await published(ada);
  const reply = await ada.call<RunBody & { runId: string }>(
    'POST',
    `/workflows/${id}/execute`,
    { payload: { n: 1 } },
    { prefer: 'wait=60' },
  );
  expect([reply.status, reply.headers.get('preference-applied')]).toEqual([200, 'wait=60']);
  expect(reply.body).toMatchObject({ status: 'completed', output: { add: { sum: 2 } }, error: null });
  const stream = await followRun(app.apiUrl, ada, reply.body.runId);
  await eventually('end', () => stream.ended());
  expect(stream.events.map(({ event }) => event)).toContain('node.completed');
  expect(stream.events.at(-1)?.event).toBe('run.completed');
  expect(stream.events.map(({ id: seq }) => Number(seq))).toEqual(stream.events.map((_, index) => index + 1));
});

test('a run that takes longer than the wait goes on', async () => {
  const id = await published(ada, askFirst());
  const reply = await ada.call<{ runId: string }>(
    'POST',
    `/workflows/${id}/execute`,
    {},
    { prefer: 'wait=1' },
  );
  expect([reply.status, reply.headers.get('preference-applied')]).toEqual([202, 'wait=1']);
  const approval = await approvalOf(ada, reply.body.runId);
  await ada.must('POST', `/approvals/${approval}/decide`, { action: 'approve', data: { mark: 3 } });
  await runIs(ada, reply.body.runId, 'completed');
});

test('a run keeps its version while another is published', async () => {
  const id = await published(ada, askFirst());
  const runId = await execute(ada, id, {});
  const approval = await approvalOf(ada, runId);
  await publishNext(ada, id, addOne());
  await ada.must('POST', `/approvals/${approval}/decide`, { action: 'approve', data: { mark: 3 } });
  const run = await runIs(ada, runId, 'completed');
  expect(run).toMatchObject({ version: 1, output: { yes: { mark: { mark: 3 } } } });
});

test('a fork takes over what lies before it, with another input', async () => {
  const id = await published(ada, threeSteps);
  const old = await execute(ada, id, { fine: true });
  await runIs(ada, old, 'completed');
  const fork = await again('POST', `/runs/${old}/fork`, {
    nodeKey: 'last',
    input: { tool: 'calculator', input: { expression: '5 * 5' } },
  });
  const run = await runIs(ada, fork, 'completed');
  expect(run).toMatchObject({
    forkedFrom: { runId: old, nodeKeys: ['last'] },
    usage: { promptTokens: 0, costUsd: 0 },
  });
  const nodes = await nodesOf(ada, fork);
  expect(Object.values(nodes).map(({ key, reused }) => [key, reused])).toEqual(
    expect.arrayContaining([
      ['work', true],
      ['double', true],
      ['last', false],
    ]),
  );
});

test('a fork at the trigger has another payload, held to the input schema', async () => {
  const id = await published(ada);
  const old = await execute(ada, id, { n: 1 });
  await runIs(ada, old, 'completed');
  const fork = await again('POST', `/runs/${old}/fork`, { nodeKey: 'start', input: { n: 5 } });
  expect(await runIs(ada, fork, 'completed')).toMatchObject({
    input: { n: 5 },
    output: { add: { sum: 6 } },
  });
  const wrong = { nodeKey: 'start', input: { n: 'five' } };
  expect(await refusal(ada, 'POST', `/runs/${old}/fork`, wrong)).toEqual([422, 'invalid_request']);
  for (const nodeKey of ['nowhere', 'add#1', 'add[0]/x', ''])
    expect(await refusal(ada, 'POST', `/runs/${old}/fork`, { nodeKey })).toEqual([422, 'invalid_request']);
});

test('a fork inside a loop takes over the other iterations', async () => {
  const id = await published(ada, eachItem);
  const old = await execute(ada, id, { items: [1, 2, 3] });
  await runIs(ada, old, 'completed');
  const fork = await again('POST', `/runs/${old}/fork`, { nodeKey: 'each[1]/twice' });
  expect(await runIs(ada, fork, 'completed')).toMatchObject({ output: { end: { items: [2, 4, 6] } } });
  const nodes = await nodesOf(ada, fork);
  expect([0, 1, 2].map((index) => nodes[`each[${String(index)}]/twice`]?.reused)).toEqual([
    true,
    false,
    true,
  ]);
});

test('a retry begins where the run failed', async () => {
  const id = await published(ada, threeSteps);
  const old = await execute(ada, id, { fine: false });
  expect(await runIs(ada, old, 'failed')).toMatchObject({ error: { nodeKey: 'last' } });
  const retry = await again('POST', `/runs/${old}/retry`);
  expect(await runIs(ada, retry, 'failed')).toMatchObject({
    triggerType: 'retry',
    forkedFrom: { runId: old, nodeKeys: ['last'] },
  });
  expect((await nodesOf(ada, retry)).work).toMatchObject({ reused: true });
  const fine = await execute(ada, id, { fine: true });
  await runIs(ada, fine, 'completed');
  expect(await refusal(ada, 'POST', `/runs/${fine}/retry`)).toEqual([409, 'nothing_to_retry']);
});

test('a run is forked while it goes on only where it has been', async () => {
  const id = await published(ada, waits(600));
  const runId = await execute(ada, id, {});
  await eventually('the delay', async () => (await nodesOf(ada, runId)).pause !== undefined);
  expect(await refusal(ada, 'POST', `/runs/${runId}/fork`, { nodeKey: 'after' })).toEqual([
    409,
    'fork_point_not_reached',
  ]);
  expect(await refusal(ada, 'POST', `/runs/${runId}/retry`)).toEqual([409, 'run_not_ended']);
  const fork = await again('POST', `/runs/${runId}/fork`, { nodeKey: 'pause' });
  for (const each of [runId, fork]) {
    await ada.must('POST', `/runs/${each}/cancel`);
    await runIs(ada, each, 'cancelled');
  }
  expect(await refusal(ada, 'POST', `/runs/${runId}/pause`)).toEqual([409, 'run_ended']);
});

test('a WebSocket cancels, and hears of it', async () => {
  const id = await published(ada, waits(600));
  const runId = await execute(ada, id, {});
  const ws = new WebSocket(`${app.apiUrl.replace('http', 'ws')}/ws/runs/${runId}`, {
    headers: { authorization: `Bearer ${ada.token}` },
  });
  const types: string[] = [];
  ws.on('message', (data: Buffer) => types.push((JSON.parse(data.toString()) as { type: string }).type));
  const closed = new Promise<number>((resolve) => ws.once('close', resolve));
  await eventually('the delay', () => types.includes('node.running') || types.includes('node.waiting'));
  ws.send(JSON.stringify({ type: 'cancel' }));
  expect(await closed).toBe(1000);
  expect(types.at(-1)).toBe('run.cancelled');
});

test('deleting a room cancels what runs in it', async () => {
  const room = await ada.must<{ id: string }>('POST', '/rooms', { name: 'Lab' });
  const id = await published(ada, waits(600));
  const { runId } = await ada.must<{ runId: string }>('POST', `/workflows/${id}/execute`, {
    roomId: room.id,
  });
  await eventually('the delay', async () => (await nodesOf(ada, runId)).pause !== undefined);
  const stream = await followRun(app.apiUrl, ada, runId);
  await ada.must('DELETE', `/rooms/${room.id}`);
  await eventually('end', () => stream.ended());
  expect(await refusal(ada, 'GET', `/runs/${runId}`)).toEqual([404, 'run_not_found']);
});

test('a paused run begins nothing until it is resumed', async () => {
  const id = await published(ada, waits(10));
  const runId = await execute(ada, id, {});
  await eventually('the delay', async () => (await nodesOf(ada, runId)).pause !== undefined);
  await ada.must('POST', `/runs/${runId}/pause`);
  await runIs(ada, runId, 'paused');
  const nodes = await eventually('the end of the delay', async () => {
    const now = await nodesOf(ada, runId);
    return now.pause?.status === 'completed' && now;
  });
  expect(nodes.after).toBeUndefined();
  expect(await ada.must('GET', `/runs/${runId}`)).toMatchObject({ status: 'paused' });
  await ada.must('POST', `/runs/${runId}/resume`);
  await runIs(ada, runId, 'completed');
});

test('the templates of the seed run with the built-in agents', async () => {
  const agents = await Promise.all(
    agentDefinitions.map(async ({ definition, name }) => ({
      ...(await ada.must<{ id: string; name: string }>('POST', '/agents', { name, definition })),
      definition,
    })),
  );
  const payload = { question: 'Why are leaves green?', topic: 'Photosynthesis' };
  for (const template of templates) {
    const runId = await execute(ada, await published(ada, fillTemplate(template, agents)), payload);
    const run = await eventually(
      `end of ${template.name}`,
      async () => {
        const now = await ada.must<RunBody>('GET', `/runs/${runId}`);
        if (now.status === 'waiting') {
          const body = { action: 'approve' };
          await ada.must('POST', `/approvals/${await approvalOf(ada, runId)}/decide`, body);
        }
        return ['completed', 'failed'].includes(now.status) && now;
      },
      90,
    );
    expect([template.name, run.status, run.error]).toEqual([template.name, 'completed', null]);
    expect(run.usage.promptTokens).toBeGreaterThan(0);
  }
});

test('of twenty people who decide at once one decides, and the others are told who', async () => {
  const id = await published(ada, askFirst());
  const runId = await execute(ada, id, {});
  const approval = await approvalOf(ada, runId);
  const people = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const person = await newPerson(app.apiUrl, `Person ${String(index)}`);
      await ada.must('POST', `/workspaces/${ada.workspaceId}/members`, {
        email: person.email,
        role: 'teacher',
      });
      return person;
    }),
  );
  const replies = await Promise.all(
    people.map((person, index) =>
      person.call<Failure & { userId?: string; decided?: boolean; decision?: { userId: string } }>(
        'POST',
        `/approvals/${approval}/decide`,
        { action: index % 2 === 0 ? 'approve' : 'reject', data: { mark: index + 1 } },
      ),
    ),
  );
  const won = replies.filter(({ status }) => status === 200);
  expect(won).toHaveLength(1);
  expect(won[0]?.body).toMatchObject({ decided: true, missing: 0 });
  for (const { status, body } of replies.filter((reply) => reply.status !== 200)) {
    expect([status, body.code]).toEqual([409, 'already_decided']);
    expect(body.decision?.userId).toBe(won[0]?.body.userId);
  }
  await runIs(ada, runId, 'completed');
  const { items } = await ada.must<Page<{ status: string; decisions: object[] }>>(
    'GET',
    `/approvals?runId=${runId}`,
  );
  expect(items).toMatchObject([{ status: 'decided', decisions: [{ userId: won[0]?.body.userId }] }]);
});
