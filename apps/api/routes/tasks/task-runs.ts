import { z } from 'zod';
import type { Json } from '../../../../workflows/contracts/json';
import { defineRoute } from '../../http/route';
import { findTask } from '../../runs/find-task';
import { findRunnable } from '../../runs/runnable';
import { ids } from '../examples';
import { listOf, pageOf, timeCursor, timePage, uuid } from '../fields';
import { runSummary, summaryExample, viewSummary, withoutValues } from '../runs/run-views';
import { before } from '../runs/runs';

const tags = ['tasks'] as const;
const params = { id: uuid(ids.task) };

export const getTaskRuns = defineRoute(
  {
    method: 'GET',
    path: '/tasks/{id}/runs',
    summary: 'List the runs of a task',
    tags,
    auth: 'user',
    params,
    query: timePage,
    responses: {
      200: {
        description: 'A page of runs, the newest first.',
        schema: listOf(runSummary),
        example: {
          items: [{ ...summaryExample, taskId: ids.task, triggerType: 'task' }],
          nextCursor: null,
        },
      },
    },
    errors: ['task_not_found'],
  },
  async ({ params: { id }, query: { limit, cursor }, user }, { database, settings }) => {
    await findTask(database, user, id);
    const rows = await database.run.findMany({
      where: { AND: [{ taskId: id }, ...before(cursor)] },
      omit: withoutValues,
      orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    const body = pageOf(
      rows,
      limit,
      (row) => viewSummary(row, settings),
      (row) => timeCursor(row.startedAt, row.id),
    );
    return { status: 200, body };
  },
);

export const runTask = defineRoute(
  {
    method: 'POST',
    path: '/tasks/{id}/runs',
    summary: 'Run a task again',
    tags,
    auth: 'user',
    params,
    idempotent: true,
    responses: {
      202: {
        description: 'It runs.',
        schema: z.object({ runId: uuid(ids.run) }),
        example: { runId: ids.run },
      },
    },
    errors: [
      'task_not_found',
      'workflow_not_found',
      'workflow_not_published',
      'version_not_found',
      'temporal_unavailable',
    ],
  },
  async ({ params: { id }, user }, { database, starts }) => {
    const task = await findTask(database, user, id);
    const { workspaceId, workflowId, version, payload, sessionId } = task;
    const runnable = await findRunnable(database, { workspaceId, workflowId }, version);
    const runId = await starts.start({
      runnable,
      payload: payload as Json,
      triggerType: 'task',
      initiatorId: user.userId,
      roomId: null,
      sessionId,
      taskId: id,
    });
    return { status: 202, body: { runId } };
  },
);
