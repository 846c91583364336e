import { randomUUID } from 'node:crypto';
import type { Prisma } from '../../../prisma/generated/client';
import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { colleague, newRoomOf, refusal, type Failure, type Page } from './routes-fixture';
import { storeRun } from './workflows-fixture';

interface ApprovalBody {
  id: string;
  mayDecide: boolean;
}
type Refused = Failure & { decision?: object };

let api: TestApi;
let owner: Person;
let tess: Person;
let sam: Person;
let workspace: Record<string, string>;
beforeAll(async () => {
  api = await startTestApi();
  owner = await newPerson(api.url, 'Owner');
  tess = await colleague(api, owner, 'Tess', 'teacher');
  sam = await colleague(api, owner, 'Sam', 'student');
  workspace = { 'x-workspace-id': owner.workspaceId };
});

async function ask(
  more: Partial<Prisma.ApprovalUncheckedCreateInput> = {},
  run: Partial<Prisma.RunUncheckedCreateInput> = {},
): Promise<{ id: string; runId: string }> {
  const id = randomUUID();
  const runId = await storeRun(api, owner, { initiatorId: null, ...run });
  await api.database.approval.create({
    data: {
      id,
      workspaceId: owner.workspaceId,
      runId,
      roomId: run.roomId ?? null,
      nodeKey: 'ask',
      title: 'Go on?',
      actions: [
        { id: 'approve', label: 'Approve' },
        { id: 'reject', label: 'Reject' },
      ],
      ...more,
    },
  });
  return { id, runId };
}

const listed = async (person: Person, query = ''): Promise<string[]> => {
  const { body } = await person.call<Page<ApprovalBody>>('GET', `/approvals?${query}`, undefined, workspace);
  return body.items.map(({ id }) => id);
};
const decide = (person: Person, id: string, body: object) =>
  person.call<Refused>('POST', `/approvals/${id}/decide`, body);

test('approvals are listed for those who may decide, by role, room and name', async () => {
  const room = await newRoomOf(owner);
  await owner.must('POST', `/rooms/${room}/members`, { email: sam.email });
  const teachers = await ask({ roles: ['teacher'] });
  const members = await ask({ roles: ['room_member'] }, { roomId: room });
  const owners = await ask({ roles: ['room_owner'] }, { roomId: room });
  const named = await ask({ userIds: [sam.id] });
  expect(await listed(tess)).toEqual([teachers.id]);
  expect((await listed(sam)).sort()).toEqual([members.id, named.id].sort());
  expect((await listed(owner)).sort()).toEqual([members.id, owners.id].sort());
  expect(await sam.must('GET', `/approvals/${named.id}`)).toMatchObject({ mayDecide: true });
  // Who may decide may read the run; who may read the run may see the approval.
  expect(await sam.must('GET', `/runs/${named.runId}`)).toMatchObject({ id: named.runId });
  expect(await refusal(sam, 'GET', `/runs/${teachers.runId}`)).toEqual([404, 'run_not_found']);
  expect(await refusal(sam, 'POST', `/runs/${named.runId}/cancel`)).toEqual([403, 'forbidden']);
  expect(await refusal(sam, 'GET', `/approvals/${teachers.id}`)).toEqual([404, 'approval_not_found']);
  expect(await sam.must('GET', `/approvals/${owners.id}`)).toMatchObject({ mayDecide: false });
  expect(await listed(sam, `runId=${owners.runId}`)).toEqual([owners.id]);
  expect((await decide(sam, owners.id, { action: 'approve' })).status).toBe(403);
  expect((await decide(sam, teachers.id, { action: 'approve' })).status).toBe(404);
});

test('the list is of one status, page by page', async () => {
  const made = [];
  for (let index = 0; index < 3; index += 1)
    made.push(await ask({ roles: ['student'], requestedAt: new Date(Date.now() - 1000 * index) }));
  await ask({ roles: ['student'], status: 'timed_out' });
  const first = await sam.call<Page<ApprovalBody>>('GET', '/approvals?limit=2', undefined, workspace);
  const second = await sam.call<Page<ApprovalBody>>(
    'GET',
    `/approvals?cursor=${first.body.nextCursor ?? ''}`,
    undefined,
    workspace,
  );
  const all = [...first.body.items, ...second.body.items].map(({ id }) => id);
  expect(all).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
  expect(new Set(all).size).toBe(all.length);
  expect(await listed(sam, 'status=timed_out')).toHaveLength(1);
  expect(await refusal(sam, 'GET', '/approvals?status=open')).toEqual([422, 'invalid_request']);
});

test('who has left decides no more, even if named', async () => {
  const gone = await newPerson(api.url, 'Gone');
  const { id } = await ask({ userIds: [gone.id] });
  expect(await refusal(gone, 'GET', `/approvals/${id}`)).toEqual([404, 'approval_not_found']);
  expect((await decide(gone, id, { action: 'approve' })).status).toBe(404);
});

test('a decision is held to the actions and the form', async () => {
  const schema = {
    type: 'object',
    properties: { mark: { type: 'integer' } },
    required: ['mark'],
    additionalProperties: false,
  };
  const { id } = await ask({ roles: ['teacher'], schema });
  const plain = await ask({ roles: ['teacher'] });
  for (const [approval, body, path] of [
    [id, { action: 'maybe' }, 'body.action'],
    [id, { action: 'approve' }, 'body.data'],
    [id, { action: 'approve', data: { mark: 'good' } }, 'body.data.mark'],
    [id, { action: 'approve', data: { mark: 1, more: 1 } }, 'body.data'],
    [id, { action: 'approve', data: [1] }, 'body.data'],
    [plain.id, { action: 'approve', data: { mark: 1 } }, 'body.data'],
    [plain.id, { data: null }, 'body.action'],
    [plain.id, { action: 'approve', comment: 'x'.repeat(4001) }, 'body.comment'],
    [plain.id, { action: 'approve', by: 'me' }, 'body.by'],
  ] as const) {
    const reply = await decide(tess, approval, body);
    expect([reply.status, reply.body.errors?.[0]?.path]).toEqual([422, expect.stringContaining(path)]);
  }
});

test('what was decided is told, with who and when', async () => {
  const { id } = await ask({ roles: ['teacher', 'student'], status: 'decided', action: 'approve' });
  const decidedAt = new Date('2026-03-02T09:30:00.000Z');
  await api.database.approvalDecision.create({
    data: { approvalId: id, userId: tess.id, name: 'Tess', action: 'approve', decidedAt },
  });
  const reply = await decide(sam, id, { action: 'reject' });
  expect([reply.status, reply.body.code]).toEqual([409, 'already_decided']);
  expect(reply.body.detail).toContain('Tess');
  expect(reply.body.decision).toEqual({
    userId: tess.id,
    name: 'Tess',
    action: 'approve',
    decidedAt: decidedAt.toISOString(),
  });
  expect(await sam.must('GET', `/approvals/${id}`)).toMatchObject({ decisions: [{ name: 'Tess' }] });
});

test('one person decides once, and nothing is decided after the end', async () => {
  const several = await ask({ roles: ['teacher'], quorum: 2 });
  await api.database.approvalDecision.create({
    data: { approvalId: several.id, userId: tess.id, name: 'Tess', action: 'approve' },
  });
  expect((await decide(tess, several.id, { action: 'reject' })).body).toMatchObject({
    code: 'already_voted',
    decision: { name: 'Tess', action: 'approve' },
  });
  for (const status of ['timed_out', 'cancelled'] as const) {
    const { id } = await ask({ roles: ['teacher'], status });
    expect((await decide(tess, id, { action: 'approve' })).body.code).toBe('approval_not_pending');
  }
  // Temporal knows nothing of this run.
  const { id } = await ask({ roles: ['teacher'] });
  expect((await decide(tess, id, { action: 'approve' })).body.code).toBe('approval_not_pending');
});
