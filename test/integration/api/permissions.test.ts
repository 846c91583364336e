import { randomUUID } from 'node:crypto';
import { authorise } from '../../../apps/api/identity/permissions';
import { resolveWorkspace } from '../../../apps/api/identity/resolve-workspace';
import type { Database } from '../../../infra/database/client';
import type { RoomRole, WorkspaceRole } from '../../../prisma/generated/enums';
import { register, startTestApi, type Account } from './api-fixture';

let db: Database;
let ada: Account;

beforeAll(async () => {
  const api = await startTestApi();
  db = api.database;
  ada = await register(api);
});

/** Somebody who never signs in, with a role in Ada's workspace if one is given. */
async function person(role?: WorkspaceRole) {
  const { id } = await db.user.create({
    data: { email: `${randomUUID()}@example.org`, name: 'P', passwordHash: '-' },
  });
  if (role !== undefined)
    await db.membership.create({ data: { userId: id, workspaceId: ada.workspaceId, role } });
  return { userId: id, superAdmin: false };
}

async function room(members: { userId: string; role: RoomRole }[] = []) {
  return db.room.create({ data: { name: 'R', workspaceId: ada.workspaceId, members: { create: members } } });
}

const refused = (code: string) => expect.objectContaining({ code }) as unknown;

test('a member gets the room, the own membership and the role in the workspace', async () => {
  const student = await person('student');
  const { id } = await room([{ userId: student.userId, role: 'member' }]);
  const scope = await authorise(db, student, 'room:write', { roomId: id });
  expect(scope).toEqual({
    room: await db.room.findUnique({ where: { id } }),
    member: { id: expect.any(String) as string, role: 'member' },
    workspaceRole: 'student',
  });
  await expect(authorise(db, student, 'room:manage', { roomId: id })).rejects.toEqual(refused('forbidden'));
});

test('a guest of a room needs no membership of its workspace, and gets nothing else there', async () => {
  const guest = await person();
  const { id } = await room([{ userId: guest.userId, role: 'member' }]);
  const scope = await authorise(db, guest, 'room:read', { roomId: id });
  expect([scope.member?.role, scope.workspaceRole]).toEqual(['member', null]);
  await expect(authorise(db, guest, 'workspace:read', { workspaceId: ada.workspaceId })).rejects.toEqual(
    refused('workspace_not_found'),
  );
});

test('a room of others does not exist, no more than one that was deleted or never was', async () => {
  const [stranger, teacher] = await Promise.all([person(), person('teacher')]);
  const { id } = await room();
  for (const caller of [stranger, teacher]) {
    await expect(authorise(db, caller, 'room:read', { roomId: id })).rejects.toEqual(
      refused('room_not_found'),
    );
  }
  const owner = await person('member');
  const deleted = await room([{ userId: owner.userId, role: 'owner' }]);
  await authorise(db, owner, 'room:manage', { roomId: deleted.id });
  await db.room.update({ where: { id: deleted.id }, data: { deletedAt: new Date() } });
  for (const roomId of [deleted.id, randomUUID(), 'no-id', "' OR TRUE --"]) {
    await expect(authorise(db, owner, 'room:read', { roomId })).rejects.toEqual(refused('room_not_found'));
  }
});

test('an admin of the workspace manages its rooms; a super admin may do everything anywhere', async () => {
  const { id } = await room();
  const admin = await person('admin');
  const scope = await authorise(db, admin, 'room:manage', { roomId: id });
  expect([scope.member, scope.workspaceRole]).toEqual([null, 'admin']);
  await expect(authorise(db, admin, 'room:write', { roomId: id })).rejects.toEqual(refused('forbidden'));
  const root = { ...(await person()), superAdmin: true };
  expect(await authorise(db, root, 'room:write', { roomId: id })).toMatchObject({
    member: null,
    workspaceRole: null,
  });
  expect(await authorise(db, root, 'workspace:manage', { workspaceId: ada.workspaceId })).toMatchObject({
    role: null,
  });
});

test('agents and courses follow the role in their workspace', async () => {
  const [student, teacher, stranger] = await Promise.all([person('student'), person('teacher'), person()]);
  const agent = await db.agent.create({ data: { workspaceId: ada.workspaceId, name: randomUUID() } });
  const course = await db.course.create({ data: { workspaceId: ada.workspaceId, name: 'C' } });
  expect(await authorise(db, student, 'agent:read', { agentId: agent.id })).toEqual({
    agent,
    workspaceRole: 'student',
  });
  expect(await authorise(db, teacher, 'course:manage', { courseId: course.id })).toEqual({
    course,
    workspaceRole: 'teacher',
  });
  await expect(authorise(db, student, 'agent:manage', { agentId: agent.id })).rejects.toEqual(
    refused('forbidden'),
  );
  await expect(authorise(db, student, 'course:manage', { courseId: course.id })).rejects.toEqual(
    refused('forbidden'),
  );
  await expect(authorise(db, stranger, 'agent:read', { agentId: agent.id })).rejects.toEqual(
    refused('agent_not_found'),
  );
  await expect(authorise(db, stranger, 'course:read', { courseId: 'no-id' })).rejects.toEqual(
    refused('course_not_found'),
  );
});

describe('the workspace of a request', () => {
  test('by id or slug, ids first; of others it does not exist', async () => {
    const [member, stranger] = await Promise.all([person('member'), person()]);
    const { slug } = await db.workspace.findUniqueOrThrow({ where: { id: ada.workspaceId } });
    expect(await resolveWorkspace(db, member, 'agent:manage', { slug })).toMatchObject({
      id: ada.workspaceId,
      slug,
      role: 'member',
    });
    expect(
      await resolveWorkspace(db, member, 'agent:manage', { id: ada.workspaceId, slug: 'other' }),
    ).toMatchObject({ slug });
    for (const choice of [{ id: ada.workspaceId }, { slug }, { id: randomUUID() }, { id: 'no-id' }]) {
      await expect(resolveWorkspace(db, stranger, 'workspace:read', choice)).rejects.toEqual(
        refused('workspace_not_found'),
      );
    }
    await expect(resolveWorkspace(db, member, 'course:manage', { slug })).rejects.toEqual(
      refused('forbidden'),
    );
  });

  test('unnamed, it is the only one, else the personal one, else it has to be named', async () => {
    const caller = { userId: ada.id, superAdmin: false };
    expect(await resolveWorkspace(db, caller, 'workspace:manage', {})).toMatchObject({
      id: ada.workspaceId,
      role: 'admin',
    });
    const others = await Promise.all(
      [1, 2].map(() => db.workspace.create({ data: { slug: randomUUID(), name: 'W' } })),
    );
    const [first, second] = others.map(({ id }) => id);
    const join = (userId: string, workspaceId = '') =>
      db.membership.create({ data: { userId, workspaceId, role: 'teacher' } });
    await join(ada.id, first);
    expect(await resolveWorkspace(db, caller, 'workspace:read', {})).toMatchObject({ id: ada.workspaceId });
    const teacher = await person();
    await join(teacher.userId, first);
    expect(await resolveWorkspace(db, teacher, 'workspace:read', {})).toMatchObject({ id: first });
    await join(teacher.userId, second);
    await expect(resolveWorkspace(db, teacher, 'workspace:read', {})).rejects.toEqual(
      refused('workspace_required'),
    );
    await expect(resolveWorkspace(db, await person(), 'workspace:read', {})).rejects.toEqual(
      refused('workspace_required'),
    );
  });
});
