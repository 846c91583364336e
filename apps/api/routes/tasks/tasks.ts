import { z } from 'zod';
import { Prisma } from '../../../../prisma/generated/client';
import { requireFit } from '../../graphs/schemas';
import { defineRoute } from '../../http/route';
import { findTask, taskNotFound, visibleTasks } from '../../runs/find-task';
import { findRunnable } from '../../runs/runnable';
import { defined } from '../defined';
import { ids } from '../examples';
import { idPage, listOf, pageOf, uuid } from '../fields';
import { most, within } from '../limits';
import { lockWorkspace } from '../lock-workspace';
import { task, taskExample, taskParts, viewTask } from './task-view';

const tags = ['tasks'] as const;
const params = { id: uuid(ids.task) };

/** What a column of any JSON stores: null is a value too. */
const stored = (payload: unknown): Prisma.InputJsonValue | typeof Prisma.JsonNull =>
  payload === null ? Prisma.JsonNull : (payload as Prisma.InputJsonValue);

export const getTasks = defineRoute(
  {
    method: 'GET',
    path: '/tasks',
    summary: 'List tasks',
    description: 'Those that you made; admins and teachers see all of the workspace.',
    tags,
    auth: 'user',
    workspace: 'workflow:read',
    query: idPage,
    responses: {
      200: {
        description: 'A page of tasks, the oldest first.',
        schema: listOf(task),
        example: { items: [taskExample], nextCursor: null },
      },
    },
    errors: [],
  },
  async ({ query: { limit, cursor }, user, workspace }, { database }) => {
    const rows = await database.task.findMany({
      where: {
        workspaceId: workspace.id,
        ...visibleTasks(user, workspace.role),
        ...(cursor === undefined ? {} : { id: { gt: cursor } }),
      },
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return { status: 200, body: pageOf(rows, limit, viewTask, ({ id }) => id) };
  },
);

export const createTask = defineRoute(
  {
    method: 'POST',
    path: '/tasks',
    summary: 'Create a task',
    description: `And run it, unless told otherwise. A workspace has at most ${String(most.tasksPerWorkspace)} tasks.`,
    tags,
    auth: 'user',
    workspace: 'workflow:execute',
    idempotent: true,
    body: {
      schema: z.strictObject({
        name: taskParts.name,
        workflowId: uuid(ids.workflow),
        version: taskParts.version.default(null),
        payload: taskParts.payload.default({}),
        sessionId: taskParts.sessionId.default(null),
        run: z.boolean().default(true).meta({ description: 'Run it at once.', example: true }),
      }),
      example: { name: 'Mark the essays', workflowId: ids.workflow, payload: { topic: 'photosynthesis' } },
    },
    responses: {
      201: {
        description: 'The task, and its first run.',
        schema: task.extend({ runId: uuid(ids.run).nullable() }).meta({ id: 'NewTask' }),
        example: { ...taskExample, runId: ids.run },
      },
    },
    errors: [
      'limit_reached',
      'workflow_not_found',
      'workflow_not_published',
      'version_not_found',
      'temporal_unavailable',
    ],
  },
  async ({ body: { run, ...fields }, user, workspace }, { database, starts }) => {
    const { workflowId, version, payload, sessionId } = fields;
    const where = { workspaceId: workspace.id, workflowId };
    const runnable = await findRunnable(database, where, version);
    requireFit(runnable.graph.inputSchema, payload, 'body.payload');
    const created = await database.$transaction(async (tx) => {
      await lockWorkspace(tx, workspace.id);
      const count = await tx.task.count({ where: { workspaceId: workspace.id } });
      within(most.tasksPerWorkspace, count, 'tasks in a workspace');
      return tx.task.create({
        data: {
          ...fields,
          workspaceId: workspace.id,
          payload: stored(payload),
          createdById: user.userId,
        },
      });
    });
    if (!run) return { status: 201, body: { ...viewTask(created), runId: null } };
    try {
      const runId = await starts.start({
        runnable,
        payload,
        triggerType: 'task',
        initiatorId: user.userId,
        roomId: null,
        sessionId,
        taskId: created.id,
      });
      return { status: 201, body: { ...viewTask(created), runId } };
    } catch (error) {
      // Nothing is left of a request that was refused.
      await database.task.deleteMany({ where: { id: created.id } });
      throw error;
    }
  },
);

export const getTask = defineRoute(
  {
    method: 'GET',
    path: '/tasks/{id}',
    summary: 'Read a task',
    tags,
    auth: 'user',
    params,
    responses: { 200: { description: 'The task.', schema: task, example: taskExample } },
    errors: ['task_not_found'],
  },
  async ({ params: { id }, user }, { database }) => ({
    status: 200,
    body: viewTask(await findTask(database, user, id)),
  }),
);

export const updateTask = defineRoute(
  {
    method: 'PATCH',
    path: '/tasks/{id}',
    summary: 'Change a task',
    description: 'From its next run on.',
    tags,
    auth: 'user',
    params,
    body: {
      schema: z
        .strictObject({
          name: taskParts.name.optional(),
          version: taskParts.version.optional(),
          payload: taskParts.payload.optional(),
          sessionId: taskParts.sessionId.optional(),
        })
        .refine((changes) => Object.keys(changes).length > 0, 'name at least one field to change'),
      example: { payload: { topic: 'the Moon' } },
    },
    responses: { 200: { description: 'The task as it is now.', schema: task, example: taskExample } },
    errors: ['task_not_found', 'workflow_not_found', 'workflow_not_published', 'version_not_found'],
  },
  async ({ params: { id }, body, user }, { database }) => {
    const { workspaceId, workflowId, ...before } = await findTask(database, user, id);
    const { payload = before.payload, version = before.version } = body;
    if (body.payload !== undefined || body.version !== undefined) {
      const runnable = await findRunnable(database, { workspaceId, workflowId }, version);
      requireFit(runnable.graph.inputSchema, payload, 'body.payload');
    }
    const [changed] = await database.task.updateManyAndReturn({
      where: { id },
      data: { ...defined(body), payload: stored(payload) },
    });
    if (changed === undefined) throw taskNotFound();
    return { status: 200, body: viewTask(changed) };
  },
);

export const deleteTask = defineRoute(
  {
    method: 'DELETE',
    path: '/tasks/{id}',
    summary: 'Delete a task',
    description: 'Its runs stay, and those that are under way go on.',
    tags,
    auth: 'user',
    params,
    responses: { 204: { description: 'The task is gone.' } },
    errors: ['task_not_found'],
  },
  async ({ params: { id }, user }, { database }) => {
    await findTask(database, user, id);
    await database.task.deleteMany({ where: { id } });
    return { status: 204 };
  },
);
