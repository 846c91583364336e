import { randomUUID } from 'node:crypto';
import { newPerson, type Person } from '../../support/people';
import { startTestApi, type TestApi } from '../api/api-fixture';
import { colleague, newRoomOf, refusal, type Page } from './routes-fixture';

interface WorkspaceBody {
  id: string;
  slug: string;
  role: string | null;
}

interface PersonBody {
  userId: string;
  name: string;
  email: string | null;
  role: string;
}

let api: TestApi;
let ada: Person;
beforeAll(async () => {
  api = await startTestApi();
  ada = await newPerson(api.url, 'Ada');
});

const newSlug = (): string => `lab-${randomUUID()}`;

test('whoever creates a workspace is its admin and finds it in the list', async () => {
  const slug = newSlug();
  const made = await ada.must<WorkspaceBody>('POST', '/workspaces', { name: 'Biology', slug });
  expect(made).toMatchObject({ slug, name: 'Biology', personal: false, role: 'admin' });
  expect(await ada.must('GET', `/workspaces/${made.id}`)).toEqual(made);
  const { items } = await ada.must<Page<WorkspaceBody>>('GET', '/workspaces');
  expect(items.map(({ id }) => id)).toEqual([ada.workspaceId, made.id]);
});

test('a workspace gets a slug from its name, and no two have the same', async () => {
  const eve = await newPerson(api.url, 'Eve');
  const made = await eve.must<WorkspaceBody>('POST', '/workspaces', { name: 'Grüne Blätter!' });
  expect(made.slug).toMatch(/^grune-blatter-[a-z0-9]+$/);
  expect(await refusal(eve, 'POST', '/workspaces', { name: 'Again', slug: made.slug })).toEqual([
    409,
    'name_taken',
  ]);
  for (const slug of ['a', 'Has Space', '-x-', 'a--b', '../etc']) {
    expect(await refusal(eve, 'POST', '/workspaces', { name: 'Bad', slug })).toEqual([
      422,
      'invalid_request',
    ]);
  }
});

test('a workspace is chosen by header or query, and defaults to the personal one', async () => {
  const slug = newSlug();
  const eve = await newPerson(api.url, 'Eve');
  const { id } = await eve.must<WorkspaceBody>('POST', '/workspaces', { name: 'Lab', slug });
  const made = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
    const reply = await eve.call<{ workspaceId: string }>('POST', path, { name: 'Room' }, headers);
    return reply.body.workspaceId;
  };
  expect(await made('/rooms')).toBe(eve.workspaceId);
  expect(await made('/rooms', { 'x-workspace-id': id })).toBe(id);
  expect(await made('/rooms', { 'x-workspace-slug': slug })).toBe(id);
  expect(await made(`/rooms?workspaceId=${id}`)).toBe(id);
  expect(await made(`/rooms?workspaceSlug=${slug}`)).toBe(id);
});

test('admins add people by email; emails are shown to staff only', async () => {
  const [tom, sam] = [await newPerson(api.url, 'Tom'), await newPerson(api.url, 'Sam')];
  const path = `/workspaces/${ada.workspaceId}/members`;
  expect(await ada.must('POST', path, { email: tom.email, role: 'teacher' })).toMatchObject({
    userId: tom.id,
    name: 'Tom',
    email: tom.email,
    role: 'teacher',
  });
  expect(await ada.must('POST', path, { email: sam.email })).toMatchObject({ role: 'member' });
  expect(await refusal(ada, 'POST', path, { email: sam.email })).toEqual([409, 'already_a_member']);
  expect(await refusal(ada, 'POST', path, { email: `${randomUUID()}@example.org` })).toEqual([
    404,
    'user_not_found',
  ]);
  expect(await refusal(ada, 'POST', path, { email: 'sam', role: 'king' })).toEqual([422, 'invalid_request']);
  expect(await refusal(tom, 'POST', path, { email: sam.email })).toEqual([403, 'forbidden']);

  const emails = async (by: Person): Promise<(string | null)[]> =>
    (await by.must<Page<PersonBody>>('GET', `${path}?limit=200`)).items
      .filter(({ userId }) => [tom.id, sam.id].includes(userId))
      .map(({ email }) => email);
  expect(await emails(tom)).toEqual([tom.email, sam.email]);
  expect(await emails(sam)).toEqual([null, null]);
});

test('courses group rooms; without its course a room stays', async () => {
  const course = await ada.must<{ id: string }>('POST', '/courses', { name: 'Biology 101' });
  expect(course).toMatchObject({ name: 'Biology 101', workspaceId: ada.workspaceId });
  expect(await ada.must('GET', `/courses/${course.id}`)).toEqual(course);
  expect(await ada.must('PATCH', `/courses/${course.id}`, { name: 'Botany' })).toMatchObject({
    name: 'Botany',
  });
  const { items } = await ada.must<Page<{ id: string }>>('GET', '/courses');
  expect(items.map(({ id }) => id)).toContain(course.id);
  const roomId = await newRoomOf(ada, { courseId: course.id });
  await ada.must('DELETE', `/courses/${course.id}`);
  expect(await refusal(ada, 'GET', `/courses/${course.id}`)).toEqual([404, 'course_not_found']);
  expect(await ada.must('GET', `/rooms/${roomId}`)).toMatchObject({ courseId: null });
});

test('students read courses and do not change them', async () => {
  const sam = await colleague(api, ada, 'Sam', 'student');
  const { id } = await ada.must<{ id: string }>('POST', '/courses', { name: 'Maths' });
  const workspace = { 'x-workspace-id': ada.workspaceId };
  expect(await sam.must('GET', `/courses/${id}`)).toMatchObject({ name: 'Maths' });
  expect(await refusal(sam, 'POST', '/courses', { name: 'Mine' }, workspace)).toEqual([403, 'forbidden']);
  expect(await refusal(sam, 'PATCH', `/courses/${id}`, { name: 'Mine' })).toEqual([403, 'forbidden']);
  expect(await refusal(sam, 'DELETE', `/courses/${id}`)).toEqual([403, 'forbidden']);
});

test('a full workspace takes no more courses, also when two come at once', async () => {
  const eve = await newPerson(api.url, 'Eve');
  await api.database.course.createMany({
    data: Array.from({ length: 999 }, (_, index) => ({
      workspaceId: eve.workspaceId,
      name: `Course ${String(index)}`,
    })),
  });
  const replies = await Promise.all(['A', 'B', 'C'].map((name) => eve.call('POST', '/courses', { name })));
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  expect(await refusal(eve, 'POST', '/courses', { name: 'D' })).toEqual([409, 'limit_reached']);
});

test('a super admin sees every workspace and is a member of none of them', async () => {
  const root = await newPerson(api.url, 'Root');
  await api.database.user.update({ where: { id: root.id }, data: { superAdmin: true } });
  // The session remembers who somebody is for two seconds.
  await new Promise((resolve) => setTimeout(resolve, 2100));
  expect(await root.must('GET', `/workspaces/${ada.workspaceId}`)).toMatchObject({ role: null });
  const roomId = await newRoomOf(ada);
  expect(await root.must('GET', `/rooms/${roomId}`)).toMatchObject({ role: null, unread: 0 });
});
