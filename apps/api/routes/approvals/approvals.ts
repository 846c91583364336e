import { z } from 'zod';
import type { Database } from '../../../../infra/database/client';
import type { Prisma } from '../../../../prisma/generated/client';
import { ApprovalStatus } from '../../../../prisma/generated/enums';
import { defineRoute } from '../../http/route';
import type { WorkspaceScope } from '../../identity/permissions';
import type { Identity } from '../../identity/identity';
import { approvalsIn, mayDecide } from '../../runs/approval-access';
import { findApproval } from '../../runs/find-approval';
import { findRun, runNotFound, standingAt } from '../../runs/run-access';
import { ids } from '../examples';
import { listOf, pageOf, timeCursor, timePage, uuid } from '../fields';
import { approval, approvalExample, viewApproval, withDecisions } from './approval-view';

const tags = ['approvals'] as const;

export const getApprovals = defineRoute(
  {
    method: 'GET',
    path: '/approvals',
    summary: 'List approvals',
    description:
      'Those of the workspace that you may decide and that are pending (or have another `status`), the newest first. With `runId`: all of that run, whatever workspace it is in.',
    tags,
    auth: 'user',
    workspace: 'workspace:read',
    query: {
      ...timePage,
      runId: uuid(ids.run).optional(),
      status: z.enum(ApprovalStatus).optional().meta({
        description: 'Default: pending; with `runId`: any.',
        example: 'decided',
      }),
    },
    responses: {
      200: {
        description: 'A page of approvals.',
        schema: listOf(approval),
        example: { items: [approvalExample], nextCursor: null },
      },
    },
    errors: ['run_not_found'],
  },
  async ({ query: { limit, cursor, runId, status }, user, workspace }, { database }) => {
    const scope =
      runId === undefined ? await mine(database, user, workspace) : await ofRun(database, user, runId);
    const wanted = status ?? (runId === undefined ? 'pending' : undefined);
    const rows = await database.approval.findMany({
      where: {
        AND: [
          scope.where,
          wanted === undefined ? {} : { status: wanted },
          cursor === undefined
            ? {}
            : {
                OR: [
                  { requestedAt: { lt: cursor.time } },
                  { requestedAt: cursor.time, id: { lt: cursor.id } },
                ],
              },
        ],
      },
      include: withDecisions,
      orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    const body = pageOf(
      rows,
      limit,
      (row) => viewApproval(row, scope.mayDecide(row)),
      ({ requestedAt, id }) => timeCursor(requestedAt, id),
    );
    return { status: 200, body };
  },
);

export const getApproval = defineRoute(
  {
    method: 'GET',
    path: '/approvals/{id}',
    summary: 'Read an approval',
    description: 'For those who may decide it, and those who may read its run.',
    tags,
    auth: 'user',
    params: { id: uuid(ids.approval) },
    responses: { 200: { description: 'The approval.', schema: approval, example: approvalExample } },
    errors: ['approval_not_found'],
  },
  async ({ params: { id }, user }, { database }) => {
    const { row, decides } = await findApproval(database, user, id);
    return { status: 200, body: viewApproval(row, decides) };
  },
);

interface Scope {
  where: Prisma.ApprovalWhereInput;
  mayDecide: (row: { roles: string[]; userIds: string[] }) => boolean;
}

async function mine(database: Database, user: Identity, workspace: WorkspaceScope): Promise<Scope> {
  const rooms = await database.roomMember.findMany({
    where: { userId: user.userId, room: { workspaceId: workspace.id, deletedAt: null } },
    select: { roomId: true, role: true },
  });
  const someone = {
    userId: user.userId,
    superAdmin: user.superAdmin,
    workspaceRole: workspace.role,
  };
  const decidable = approvalsIn(someone, {
    member: rooms.map(({ roomId }) => roomId),
    owner: rooms.filter(({ role }) => role === 'owner').map(({ roomId }) => roomId),
  });
  return {
    where: { workspaceId: workspace.id, run: notInDeletedRoom, ...decidable },
    mayDecide: () => true,
  };
}

const notInDeletedRoom: Prisma.RunWhereInput = { OR: [{ roomId: null }, { room: { deletedAt: null } }] };

async function ofRun(database: Database, user: Identity, runId: string): Promise<Scope> {
  const run = await findRun(database, user, 'read', runId);
  const standing = await standingAt(database, user, run);
  if (standing === null) throw runNotFound();
  return { where: { runId }, mayDecide: (row) => mayDecide(row, standing) };
}
