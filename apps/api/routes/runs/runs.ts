import { z } from 'zod';
import type { Database } from '../../../../infra/database/client';
import type { Prisma, Run } from '../../../../prisma/generated/client';
import { RunStatus } from '../../../../prisma/generated/enums';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import type { Identity } from '../../identity/identity';
import { authorise, type RoomAction } from '../../identity/permissions';
import { ids } from '../examples';
import { idPage, listOf, pageOf, timeCursor, timePage, uuid } from '../fields';
import { nodeExample, nodeRun, run, runExample, viewNode, viewRun } from './run-views';

const tags = ['runs'] as const;

const getRuns = defineRoute(
  {
    method: 'GET',
    path: '/runs',
    summary: 'List runs',
    description:
      'Runs of your rooms in the workspace, the newest first; admins of the workspace see all of them. With `roomId`: runs of that room, whatever workspace it is in.',
    tags,
    auth: 'user',
    workspace: 'workspace:read',
    query: {
      ...timePage,
      roomId: uuid(ids.room).optional(),
      status: z.enum(RunStatus).optional().meta({ example: 'failed' }),
    },
    responses: {
      200: {
        description: 'A page of runs.',
        schema: listOf(run),
        example: { items: [runExample], nextCursor: null },
      },
    },
    errors: ['room_not_found'],
  },
  async ({ query, user, workspace }, { database, settings }) => {
    const { limit, cursor, roomId, status } = query;
    const seesAll = user.superAdmin || workspace.role === 'admin';
    if (roomId !== undefined) await authorise(database, user, 'room:read', { roomId });
    const scope: Prisma.RunWhereInput =
      roomId === undefined
        ? {
            workspaceId: workspace.id,
            room: { deletedAt: null, ...(seesAll ? {} : { members: { some: { userId: user.userId } } }) },
          }
        : { roomId };
    const rows = await database.run.findMany({
      where: {
        ...scope,
        ...(status === undefined ? {} : { status }),
        ...(cursor === undefined
          ? {}
          : { OR: [{ startedAt: { lt: cursor.time } }, { startedAt: cursor.time, id: { lt: cursor.id } }] }),
      },
      orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    const body = pageOf(
      rows,
      limit,
      (row) => viewRun(row, settings),
      ({ startedAt, id }) => timeCursor(startedAt, id),
    );
    return { status: 200, body };
  },
);

const getRun = defineRoute(
  {
    method: 'GET',
    path: '/runs/{id}',
    summary: 'Read a run',
    description: 'The run of a turn has the id of the turn.',
    tags,
    auth: 'user',
    params: { id: uuid(ids.turn) },
    responses: { 200: { description: 'The run.', schema: run, example: runExample } },
    errors: ['run_not_found'],
  },
  async ({ params, user }, { database, settings }) => {
    const { found } = await findRun(database, user, 'room:read', params.id);
    return { status: 200, body: viewRun(found, settings) };
  },
);

const getNodes = defineRoute(
  {
    method: 'GET',
    path: '/runs/{id}/nodes',
    summary: 'List the steps of a run',
    description: 'Finished model calls, in order.',
    tags,
    auth: 'user',
    params: { id: uuid(ids.turn) },
    query: idPage,
    responses: {
      200: {
        description: 'A page of steps.',
        schema: listOf(nodeRun),
        example: { items: [nodeExample], nextCursor: null },
      },
    },
    errors: ['run_not_found'],
  },
  async ({ params, query: { limit, cursor }, user }, { database }) => {
    const { found } = await findRun(database, user, 'room:read', params.id);
    const rows = await database.nodeRun.findMany({
      where: { runId: found.id, ...(cursor === undefined ? {} : { id: { gt: cursor } }) },
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return { status: 200, body: pageOf(rows, limit, viewNode, ({ id }) => id) };
  },
);

const cancelRun = defineRoute(
  {
    method: 'POST',
    path: '/runs/{id}/cancel',
    summary: 'Cancel a run',
    description: 'Nothing happens when it has ended.',
    tags,
    auth: 'user',
    params: { id: uuid(ids.turn) },
    responses: {
      202: {
        description: 'The workflow has the request.',
        schema: z.object({ runId: uuid(ids.turn) }),
        example: { runId: ids.turn },
      },
    },
    errors: ['forbidden', 'run_not_found', 'temporal_unavailable'],
  },
  async ({ params, user }, { database, rooms }) => {
    const { found, roomId } = await findRun(database, user, 'room:write', params.id);
    if (found.endedAt === null) await rooms.cancelTurn(roomId, { turnId: found.id, by: user.name });
    return { status: 202, body: { runId: found.id } };
  },
);

export const runRoutes = [getRuns, getRun, getNodes, cancelRun];

/** A run is as visible as its room. @throws ApiError `run_not_found`, `forbidden` */
async function findRun(
  database: Database,
  user: Identity,
  action: RoomAction,
  id: string,
): Promise<{ found: Run; roomId: string }> {
  const found = await database.run.findUnique({ where: { id } });
  const roomId = found?.roomId ?? null;
  const missing = new ApiError('run_not_found', 'There is no such run, or it is not yours to see.');
  if (found === null || roomId === null) throw missing;
  await authorise(database, user, action, { roomId }).catch((error: unknown) => {
    throw error instanceof ApiError && error.code === 'room_not_found' ? missing : error;
  });
  return { found, roomId };
}
