import { z } from 'zod';
import type { Course } from '../../../prisma/generated/client';
import { line } from '../http/name-fields';
import { ApiError } from '../http/problems';
import { defineRoute } from '../http/route';
import { authorise } from '../identity/permissions';
import { bumpTriggers } from '../triggers/bump-triggers';
import { at, ids } from './examples';
import { idPage, listOf, pageOf, timestamp, uuid } from './fields';
import { most, within } from './limits';
import { lockWorkspace } from './lock-workspace';

const tags = ['courses'] as const;
const courseName = line(120).meta({ example: 'Biology 101' });

const course = z
  .object({ id: uuid(ids.course), workspaceId: uuid(ids.workspace), name: courseName, createdAt: timestamp })
  .meta({ id: 'Course', description: 'Groups rooms of a workspace.' });

const example = { id: ids.course, workspaceId: ids.workspace, name: 'Biology 101', createdAt: at };
const body = { schema: z.strictObject({ name: courseName }), example: { name: 'Biology 101' } };

const getCourses = defineRoute(
  {
    method: 'GET',
    path: '/courses',
    summary: 'List courses',
    tags,
    auth: 'user',
    workspace: 'course:read',
    query: idPage,
    responses: {
      200: {
        description: 'A page of courses, the oldest first.',
        schema: listOf(course),
        example: { items: [example], nextCursor: null },
      },
    },
    errors: [],
  },
  async ({ query: { limit, cursor }, workspace }, { database }) => {
    const rows = await database.course.findMany({
      where: { workspaceId: workspace.id, ...(cursor === undefined ? {} : { id: { gt: cursor } }) },
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return { status: 200, body: pageOf(rows, limit, viewCourse, ({ id }) => id) };
  },
);

const createCourse = defineRoute(
  {
    method: 'POST',
    path: '/courses',
    summary: 'Create a course',
    description: `For admins and teachers. A workspace has at most ${most.coursesPerWorkspace} courses.`,
    tags,
    auth: 'user',
    workspace: 'course:manage',
    idempotent: true,
    body,
    responses: { 201: { description: 'The course.', schema: course, example } },
    errors: ['limit_reached'],
  },
  async ({ body: { name }, workspace: { id: workspaceId } }, { database }) => {
    const created = await database.$transaction(async (tx) => {
      await lockWorkspace(tx, workspaceId);
      const count = await tx.course.count({ where: { workspaceId } });
      within(most.coursesPerWorkspace, count, 'courses in a workspace');
      return tx.course.create({ data: { workspaceId, name } });
    });
    return { status: 201, body: viewCourse(created) };
  },
);

const getCourse = defineRoute(
  {
    method: 'GET',
    path: '/courses/{id}',
    summary: 'Read a course',
    tags,
    auth: 'user',
    params: { id: uuid(ids.course) },
    responses: { 200: { description: 'The course.', schema: course, example } },
    errors: ['course_not_found'],
  },
  async ({ params, user }, { database }) => {
    const { course: found } = await authorise(database, user, 'course:read', { courseId: params.id });
    return { status: 200, body: viewCourse(found) };
  },
);

const updateCourse = defineRoute(
  {
    method: 'PATCH',
    path: '/courses/{id}',
    summary: 'Rename a course',
    description: 'For admins and teachers.',
    tags,
    auth: 'user',
    params: { id: uuid(ids.course) },
    body,
    responses: { 200: { description: 'The course as it is now.', schema: course, example } },
    errors: ['forbidden', 'course_not_found'],
  },
  async ({ params, body: { name }, user }, { database }) => {
    const { course: found } = await authorise(database, user, 'course:manage', { courseId: params.id });
    const [changed] = await database.course.updateManyAndReturn({ where: { id: found.id }, data: { name } });
    if (changed === undefined) throw new ApiError('course_not_found', 'The course was deleted.');
    return { status: 200, body: viewCourse(changed) };
  },
);

const deleteCourse = defineRoute(
  {
    method: 'DELETE',
    path: '/courses/{id}',
    summary: 'Delete a course',
    description: 'For admins and teachers. Its rooms stay, without a course.',
    tags,
    auth: 'user',
    params: { id: uuid(ids.course) },
    responses: { 204: { description: 'The course is gone.' } },
    errors: ['forbidden', 'course_not_found'],
  },
  async ({ params, user }, { database }) => {
    const { course: found } = await authorise(database, user, 'course:manage', { courseId: params.id });
    await database.$transaction(async (tx) => {
      await bumpTriggers(tx, found.workspaceId);
      await tx.course.deleteMany({ where: { id: found.id } });
    });
    return { status: 204 };
  },
);

export const courseRoutes = [getCourses, createCourse, getCourse, updateCourse, deleteCourse];

function viewCourse({ id, workspaceId, name, createdAt }: Course): z.input<typeof course> {
  return { id, workspaceId, name, createdAt: createdAt.toISOString() };
}
