import { z } from 'zod';
import type { Task } from '../../../../prisma/generated/client';
import { line } from '../../http/name-fields';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';
import { jsonValue } from '../json-value';
import { sessionId } from '../workflows/execute';
import { versionNumber } from '../workflows/workflow-view';

export const taskParts = {
  name: line(120).meta({ example: 'Mark the essays' }),
  version: versionNumber.nullable().meta({
    description: 'null: the version published last, at each run.',
    example: null,
  }),
  payload: jsonValue.meta({
    description: '`input` of the graph; held to the input schema of its trigger.',
    example: { topic: 'photosynthesis' },
  }),
  sessionId: sessionId.nullable(),
} as const;

export const task = z
  .object({
    id: uuid(ids.task),
    workspaceId: uuid(ids.workspace),
    name: taskParts.name,
    workflowId: uuid(ids.workflow),
    version: taskParts.version,
    payload: z.unknown(),
    sessionId: taskParts.sessionId,
    createdById: uuid(ids.ada).nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'Task', description: 'A workflow with its payload, kept by name and run as often as asked.' });

export const taskExample: z.input<typeof task> = {
  id: ids.task,
  workspaceId: ids.workspace,
  name: 'Mark the essays',
  workflowId: ids.workflow,
  version: null,
  payload: { topic: 'photosynthesis' },
  sessionId: null,
  createdById: ids.ada,
  createdAt: at,
};

export function viewTask(row: Task): z.input<typeof task> {
  const { id, workspaceId, name, workflowId, version, payload, sessionId: session, createdById } = row;
  return {
    id,
    workspaceId,
    name,
    workflowId,
    version,
    payload,
    sessionId: session,
    createdById,
    createdAt: row.createdAt.toISOString(),
  };
}
