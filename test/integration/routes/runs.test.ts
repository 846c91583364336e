import { randomUUID } from 'node:crypto';
import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { colleague, newRoomOf, refusal, type Page } from './routes-fixture';
import { storeRun } from './workflows-fixture';

interface RunBody {
  id: string;
  status: string;
  roomId: string;
}

let api: TestApi;
let ada: Person;
beforeAll(async () => {
  api = await startTestApi({ env: { TEMPORAL_UI_URL: 'http://127.0.0.1:8233/' } });
  ada = await newPerson(api.url, 'Ada');
});

/** Stored runs of a room, the last one the newest. */
async function storeRuns(
  owner: Person,
  roomId: string,
  statuses: ('completed' | 'failed' | 'running')[],
): Promise<string[]> {
  const ids = statuses.map(() => randomUUID());
  await api.database.run.createMany({
    data: statuses.map((status, index) => ({
      id: ids[index] ?? '',
      workspaceId: owner.workspaceId,
      roomId,
      status,
      temporalId: `room:${roomId}`,
      startedAt: new Date(Date.now() - 60_000 + index),
      endedAt: status === 'running' ? null : new Date(),
      promptTokens: 12,
      completionTokens: 3,
      ...(status === 'failed'
        ? { error: { code: 'model_timeout', detail: 'The model took too long.' } }
        : {}),
    })),
  });
  return ids;
}

test('a run tells its status, cost, failure and where operators find it', async () => {
  const roomId = await newRoomOf(ada);
  const [id = ''] = await storeRuns(ada, roomId, ['failed']);
  expect(await ada.must('GET', `/runs/${id}`)).toMatchObject({
    id,
    roomId,
    kind: 'turn',
    status: 'failed',
    usage: { promptTokens: 12, completionTokens: 3 },
    error: { code: 'model_timeout', detail: 'The model took too long.' },
    temporalWorkflowId: `room:${roomId}`,
    temporalUrl: `http://127.0.0.1:8233/namespaces/default/workflows/room%3A${roomId}`,
    endedAt: expect.any(String) as string,
  });
});

test('runs come newest first, page by page, by room and status', async () => {
  const roomId = await newRoomOf(ada);
  const ids = await storeRuns(ada, roomId, ['completed', 'failed', 'completed', 'failed', 'running']);
  const list = (query: string): Promise<Page<RunBody>> => ada.must('GET', `/runs?roomId=${roomId}&${query}`);
  const first = await list('limit=3');
  const second = await list(`limit=3&cursor=${first.nextCursor ?? ''}`);
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([...ids].reverse());
  expect(second.nextCursor).toBeNull();
  expect((await list('status=failed')).items.map(({ id }) => id)).toEqual([ids[3], ids[1]]);
  for (const query of ['status=lost', 'cursor=yesterday', `cursor=1_${'x'.repeat(36)}`]) {
    expect(await refusal(ada, 'GET', `/runs?${query}`)).toEqual([422, 'invalid_request']);
  }
});

test('runs that a trigger policy started tell which, and are found by it', async () => {
  const [policyId, other] = [randomUUID(), randomUUID()];
  const fired = (triggerPolicyId: string, triggerType: string) =>
    storeRun(api, ada, { triggerPolicyId, triggerType });
  const [timer, silence] = [await fired(policyId, 'timer'), await fired(policyId, 'silence')];
  await fired(other, 'timer');
  const list = async (query: string): Promise<string[]> => {
    const { items } = await ada.must<Page<RunBody>>('GET', `/runs?${query}`);
    return items.map(({ id }) => id).sort();
  };
  expect(await ada.must('GET', `/runs/${timer}`)).toMatchObject({
    triggerType: 'timer',
    triggerPolicyId: policyId,
  });
  expect(await list(`triggerPolicyId=${policyId}`)).toEqual([timer, silence].sort());
  expect(await list(`triggerPolicyId=${policyId}&triggerType=silence`)).toEqual([silence]);
});

test('people see the runs of their rooms, admins those of the workspace', async () => {
  const owner = await newPerson(api.url, 'Owner');
  const ben = await colleague(api, owner, 'Ben');
  const [shared, closed] = [await newRoomOf(owner), await newRoomOf(owner)];
  await owner.must('POST', `/rooms/${shared}/members`, { userId: ben.id });
  const [inShared = ''] = await storeRuns(owner, shared, ['completed']);
  const [inClosed = ''] = await storeRuns(owner, closed, ['completed']);
  const seen = async (person: Person): Promise<string[]> => {
    const reply = await person.call<Page<RunBody>>('GET', '/runs', undefined, {
      'x-workspace-id': owner.workspaceId,
    });
    return reply.body.items.map(({ id }) => id).sort();
  };
  expect(await seen(owner)).toEqual([inShared, inClosed].sort());
  expect(await seen(ben)).toEqual([inShared]);
  expect((await ben.must<Page<RunBody>>('GET', `/runs?roomId=${shared}`)).items).toHaveLength(1);
  expect(await refusal(ben, 'GET', `/runs?roomId=${closed}`)).toEqual([404, 'room_not_found']);
  expect(await refusal(ben, 'GET', `/runs/${inClosed}`)).toEqual([404, 'run_not_found']);
  expect(await refusal(ben, 'GET', `/runs/${randomUUID()}`)).toEqual([404, 'run_not_found']);
});

test('the steps of a run tell what was paid for what', async () => {
  const roomId = await newRoomOf(ada);
  const [runId = ''] = await storeRuns(ada, roomId, ['completed']);
  for (const [key, kind] of [
    ['1/route', 'route'],
    ['2/answer', 'answer'],
  ] as const) {
    await api.database.nodeRun.create({
      data: {
        runId,
        key,
        kind,
        status: 'completed',
        model: 'm',
        output: { text: key },
        promptTokens: 5,
        endedAt: new Date(),
      },
    });
  }
  const { items } = await ada.must<Page<object>>('GET', `/runs/${runId}/nodes`);
  expect(items).toMatchObject([
    {
      key: '1/route',
      kind: 'route',
      usage: { promptTokens: 5, completionTokens: 0 },
      output: { text: '1/route' },
    },
    { key: '2/answer', kind: 'answer', status: 'completed', attempt: 1, model: 'm' },
  ]);
});

test('cancelling a run that has ended, or whose workflow has, does nothing', async () => {
  const roomId = await newRoomOf(ada);
  for (const id of await storeRuns(ada, roomId, ['completed', 'running'])) {
    const reply = await ada.call('POST', `/runs/${id}/cancel`);
    expect([reply.status, reply.body]).toEqual([202, { runId: id }]);
  }
});
