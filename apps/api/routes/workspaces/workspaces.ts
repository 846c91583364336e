import { z } from 'zod';
import type { Workspace } from '../../../../prisma/generated/client';
import type { WorkspaceRole } from '../../../../prisma/generated/enums';
import { personalSlug } from '../../../../infra/identity/create-user';
import { isUniqueViolation } from '../../http/infra-errors';
import { line } from '../../http/name-fields';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { at, ids } from '../examples';
import { idPage, listOf, pageOf, timestamp, uuid } from '../fields';
import { most, within } from '../limits';

export const workspaceRole = z.enum(['admin', 'teacher', 'student', 'member']).meta({ example: 'member' });

const workspace = z
  .object({
    id: uuid(ids.workspace),
    slug: z.string(),
    name: z.string(),
    personal: z.boolean().meta({ description: 'Made for one person at registration.' }),
    role: workspaceRole
      .nullable()
      .meta({ description: 'Your role; null for a super admin who is no member.' }),
    createdAt: timestamp,
  })
  .meta({ id: 'Workspace' });

const example: z.input<typeof workspace> = {
  id: ids.workspace,
  slug: 'biology',
  name: 'Biology',
  personal: false,
  role: 'admin',
  createdAt: at,
};

export const getWorkspaces = defineRoute(
  {
    method: 'GET',
    path: '/workspaces',
    summary: 'List your workspaces',
    description: 'Super admins see all of them.',
    tags: ['workspaces'],
    auth: 'user',
    query: idPage,
    responses: {
      200: {
        description: 'A page of workspaces.',
        schema: listOf(workspace),
        example: { items: [example], nextCursor: null },
      },
    },
    errors: [],
  },
  async ({ query: { limit, cursor }, user }, { database }) => {
    const rows = await database.workspace.findMany({
      where: {
        ...(cursor === undefined ? {} : { id: { gt: cursor } }),
        ...(user.superAdmin ? {} : { memberships: { some: { userId: user.userId } } }),
      },
      orderBy: { id: 'asc' },
      take: limit + 1,
      include: { memberships: { where: { userId: user.userId }, select: { role: true } } },
    });
    const body = pageOf(
      rows,
      limit,
      (row) => viewWorkspace(row, row.memberships[0]?.role ?? null),
      ({ id }) => id,
    );
    return { status: 200, body };
  },
);

export const createWorkspace = defineRoute(
  {
    method: 'POST',
    path: '/workspaces',
    summary: 'Create a workspace',
    description: `You become its admin. A person may be in at most ${most.workspacesPerPerson} workspaces when making another.`,
    tags: ['workspaces'],
    auth: 'user',
    idempotent: true,
    body: {
      schema: z.strictObject({
        name: line(100).meta({ example: 'Biology' }),
        slug: z
          .string()
          .min(3)
          .max(60)
          .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case letters, digits and single hyphens')
          .optional()
          .meta({ description: 'Default: made from the name.', example: 'biology' }),
      }),
      example: { name: 'Biology', slug: 'biology' },
    },
    responses: { 201: { description: 'The workspace.', schema: workspace, example } },
    errors: ['name_taken', 'limit_reached'],
  },
  async ({ body: { name, slug = personalSlug(name) }, user }, { database }) => {
    const created = await database
      .$transaction(async (tx) => {
        await tx.$queryRaw`SELECT id FROM users WHERE id = ${user.userId}::uuid FOR NO KEY UPDATE`;
        const count = await tx.membership.count({ where: { userId: user.userId } });
        within(most.workspacesPerPerson, count, 'workspaces of one person');
        return tx.workspace.create({
          data: { name, slug, memberships: { create: { userId: user.userId, role: 'admin' } } },
        });
      })
      .catch((error: unknown) => {
        if (!isUniqueViolation(error)) throw error;
        throw new ApiError('name_taken', `Another workspace has the slug ${slug}.`, { cause: error });
      });
    return { status: 201, body: viewWorkspace(created, 'admin') };
  },
);

export const getWorkspace = defineRoute(
  {
    method: 'GET',
    path: '/workspaces/{id}',
    summary: 'Read a workspace',
    tags: ['workspaces'],
    auth: 'user',
    params: { id: uuid(ids.workspace) },
    responses: { 200: { description: 'The workspace.', schema: workspace, example } },
    errors: ['workspace_not_found'],
  },
  async ({ params, user }, { database }) => {
    const { id, role } = await authorise(database, user, 'workspace:read', { workspaceId: params.id });
    const found = await database.workspace.findUniqueOrThrow({ where: { id } });
    return { status: 200, body: viewWorkspace(found, role) };
  },
);

function viewWorkspace(row: Workspace, role: WorkspaceRole | null): z.input<typeof workspace> {
  const { id, slug, name, personal, createdAt } = row;
  return { id, slug, name, personal, role, createdAt: createdAt.toISOString() };
}
