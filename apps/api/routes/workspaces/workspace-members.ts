import { z } from 'zod';
import type { WorkspaceRole } from '../../../../prisma/generated/enums';
import { isUniqueViolation } from '../../http/infra-errors';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { recordAudit } from '../../identity/audit';
import { email } from '../../identity/auth-schemas';
import { decideInWorkspace } from '../../identity/permission-rules';
import { authorise } from '../../identity/permissions';
import { at, ids } from '../examples';
import { idPage, listOf, pageOf, timestamp, uuid } from '../fields';
import { most, within } from '../limits';
import { lockWorkspace } from '../lock-workspace';
import { workspaceRole } from './workspaces';

const workspaceMember = z
  .object({
    userId: uuid(ids.ben),
    name: z.string(),
    email: z.string().nullable().meta({ description: 'Shown to admins and teachers; null for others.' }),
    role: workspaceRole,
    joinedAt: timestamp,
  })
  .meta({ id: 'WorkspaceMember' });

const example: z.input<typeof workspaceMember> = {
  userId: ids.ben,
  name: 'Ben',
  email: 'ben@example.org',
  role: 'member',
  joinedAt: at,
};

const fields = {
  userId: true,
  role: true,
  createdAt: true,
  user: { select: { name: true, email: true } },
} as const;

export const getWorkspaceMembers = defineRoute(
  {
    method: 'GET',
    path: '/workspaces/{id}/members',
    summary: 'List the people of a workspace',
    tags: ['workspaces'],
    auth: 'user',
    params: { id: uuid(ids.workspace) },
    query: idPage,
    responses: {
      200: {
        description: 'A page of people, ordered by id.',
        schema: listOf(workspaceMember),
        example: { items: [example], nextCursor: null },
      },
    },
    errors: ['workspace_not_found'],
  },
  async ({ params, query: { limit, cursor }, user }, { database }) => {
    const { id: workspaceId, role: workspaceRole } = await authorise(database, user, 'workspace:read', {
      workspaceId: params.id,
    });
    const rows = await database.membership.findMany({
      where: { workspaceId, ...(cursor === undefined ? {} : { userId: { gt: cursor } }) },
      orderBy: { userId: 'asc' },
      take: limit + 1,
      select: fields,
    });
    const { superAdmin } = user;
    const seesEmails =
      decideInWorkspace('workspace:invite', { superAdmin, workspaceRole, roomRole: null }) === 'allowed';
    const body = pageOf(
      rows,
      limit,
      (row) => viewWorkspaceMember(row, seesEmails),
      ({ userId }) => userId,
    );
    return { status: 200, body };
  },
);

export const addWorkspaceMember = defineRoute(
  {
    method: 'POST',
    path: '/workspaces/{id}/members',
    summary: 'Add a person to a workspace',
    description: `For its admins. The person must be registered. A workspace has at most ${most.membersPerWorkspace} people.`,
    tags: ['workspaces'],
    auth: 'user',
    params: { id: uuid(ids.workspace) },
    idempotent: true,
    body: {
      schema: z.strictObject({ email, role: workspaceRole.default('member') }),
      example: { email: 'ben@example.org', role: 'student' },
    },
    responses: { 201: { description: 'The person.', schema: workspaceMember, example } },
    errors: ['forbidden', 'workspace_not_found', 'user_not_found', 'already_a_member', 'limit_reached'],
  },
  async ({ params, body, user }, { database }) => {
    const { id: workspaceId } = await authorise(database, user, 'workspace:manage', {
      workspaceId: params.id,
    });
    const added = await database
      .$transaction(async (tx) => {
        await lockWorkspace(tx, workspaceId);
        const count = await tx.membership.count({ where: { workspaceId } });
        within(most.membersPerWorkspace, count, 'people in a workspace');
        const found = await tx.user.findFirst({
          where: { email: body.email, disabledAt: null },
          select: { id: true },
        });
        if (found === null) {
          throw new ApiError(
            'user_not_found',
            'Nobody is registered under this email. They must register first.',
          );
        }
        const { id: userId } = found;
        await recordAudit(tx, {
          action: 'workspace_member_added',
          actorId: user.userId,
          workspaceId,
          target: ['user', userId],
          data: { role: body.role },
        });
        return tx.membership.create({ data: { workspaceId, userId, role: body.role }, select: fields });
      })
      .catch((error: unknown) => {
        if (!isUniqueViolation(error)) throw error;
        throw new ApiError('already_a_member', 'This person is in the workspace already.', { cause: error });
      });
    return { status: 201, body: viewWorkspaceMember(added, true) };
  },
);

interface MembershipRow {
  userId: string;
  role: WorkspaceRole;
  createdAt: Date;
  user: { name: string; email: string };
}

function viewWorkspaceMember(
  { userId, role, createdAt, user }: MembershipRow,
  showEmail: boolean,
): z.input<typeof workspaceMember> {
  return {
    userId,
    name: user.name,
    email: showEmail ? user.email : null,
    role,
    joinedAt: createdAt.toISOString(),
  };
}
