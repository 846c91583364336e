import { z } from 'zod';
import type { Prisma } from '../../../../prisma/generated/client';
import { RunStatus } from '../../../../prisma/generated/enums';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { findRun, visibleRuns } from '../../runs/run-access';
import { ids } from '../examples';
import { listOf, pageOf, timeCursor, timePage, timestamp, uuid } from '../fields';
import {
  run,
  runExample,
  runSummary,
  summaryExample,
  triggerTypes,
  viewRun,
  viewSummary,
  withoutValues,
} from './run-views';

const tags = ['runs'] as const;

export const getRuns = defineRoute(
  {
    method: 'GET',
    path: '/runs',
    summary: 'List runs',
    description:
      'Runs of your rooms in the workspace and those that you started, the newest first; admins see all of them, teachers also those outside rooms. With `roomId`: runs of that room, whatever workspace it is in.',
    tags,
    auth: 'user',
    workspace: 'workspace:read',
    query: {
      ...timePage,
      roomId: uuid(ids.room).optional(),
      status: z.enum(RunStatus).optional().meta({ example: 'failed' }),
      workflowId: uuid(ids.workflow).optional(),
      taskId: uuid(ids.task).optional(),
      sessionId: z.string().min(1).max(200).optional().meta({ example: 'lesson-7' }),
      triggerType: z.enum(triggerTypes).optional().meta({ example: 'api' }),
      triggerPolicyId: uuid(ids.trigger)
        .optional()
        .meta({ description: 'What this trigger policy started.' }),
      parentRunId: uuid(ids.run).optional().meta({ description: 'Sub-workflows of this run.' }),
      since: timestamp.optional().meta({ description: 'Only runs that started at this time or later.' }),
    },
    responses: {
      200: {
        description: 'A page of runs.',
        schema: listOf(runSummary),
        example: { items: [summaryExample], nextCursor: null },
      },
    },
    errors: ['room_not_found'],
  },
  async ({ query, user, workspace }, { database, settings }) => {
    const { limit, cursor, roomId, since, ...filters } = query;
    if (roomId !== undefined) await authorise(database, user, 'room:read', { roomId });
    const scope =
      roomId === undefined ? { workspaceId: workspace.id, ...visibleRuns(user, workspace.role) } : { roomId };
    const equal = Object.entries(filters).filter(([, value]) => value !== undefined);
    const rows = await database.run.findMany({
      where: {
        AND: [
          scope,
          Object.fromEntries(equal) as Prisma.RunWhereInput,
          ...(since === undefined ? [] : [{ startedAt: { gte: new Date(since) } }]),
          ...before(cursor),
        ],
      },
      omit: withoutValues,
      orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    const body = pageOf(
      rows,
      limit,
      (row) => viewSummary(row, settings),
      ({ startedAt, id }) => timeCursor(startedAt, id),
    );
    return { status: 200, body };
  },
);

/** Runs below the cursor of a list that begins with the newest. */
export const before = (cursor: { time: Date; id: string } | undefined): Prisma.RunWhereInput[] =>
  cursor === undefined
    ? []
    : [{ OR: [{ startedAt: { lt: cursor.time } }, { startedAt: cursor.time, id: { lt: cursor.id } }] }];

export const getRun = defineRoute(
  {
    method: 'GET',
    path: '/runs/{id}',
    summary: 'Read a run',
    description:
      'A run in a room is as visible as the room; one outside is for who started it and for admins and teachers of its workspace. Who may decide an approval in it may read it. The run of a turn has the id of the turn.',
    tags,
    auth: 'user',
    params: { id: uuid(ids.run) },
    responses: { 200: { description: 'The run.', schema: run, example: runExample } },
    errors: ['run_not_found'],
  },
  async ({ params, user }, { database, settings }) => {
    const found = await findRun(database, user, 'read', params.id);
    return { status: 200, body: viewRun(found, settings) };
  },
);
