import { z } from 'zod';
import type { Database } from '../../../../infra/database/client';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { announceRoom } from '../../rooms/announce';
import { bumpRoster } from '../../rooms/roster';
import { findRunnable } from '../../runs/runnable';
import { ids } from '../examples';
import { uuid } from '../fields';
import { versionNumber } from '../workflows/workflow-view';

const tags = ['rooms'] as const;
const params = { id: uuid(ids.room) };

const roomWorkflow = z
  .object({
    workflowId: uuid(ids.workflow),
    name: z.string(),
    version: versionNumber.nullable().meta({ description: 'null: always the version published last.' }),
    publishedVersion: versionNumber.nullable(),
  })
  .meta({ id: 'RoomWorkflow' });
const example = { workflowId: ids.workflow, name: 'Triage and reply', version: null, publishedVersion: 3 };

export const getRoomWorkflow = defineRoute(
  {
    method: 'GET',
    path: '/rooms/{id}/workflow',
    summary: 'Read the workflow of a room',
    tags,
    auth: 'user',
    params,
    responses: { 200: { description: 'What a message runs.', schema: roomWorkflow, example } },
    errors: ['room_not_found', 'workflow_not_found'],
  },
  async ({ params: { id }, user }, { database }) => {
    await authorise(database, user, 'room:read', { roomId: id });
    return { status: 200, body: await viewOf(database, id) };
  },
);

export const putRoomWorkflow = defineRoute(
  {
    method: 'PUT',
    path: '/rooms/{id}/workflow',
    summary: 'Let messages run a workflow',
    description:
      'For owners of the room and admins of its workspace, who may run the workflow. From the next turn on, a person’s message runs it instead of asking the room’s agents.',
    tags,
    auth: 'user',
    params,
    body: {
      schema: z.strictObject({
        workflowId: uuid(ids.workflow),
        version: versionNumber.nullable().default(null).meta({
          description: 'null: always the version published last.',
          example: null,
        }),
      }),
      example: { workflowId: ids.workflow },
    },
    responses: { 200: { description: 'What a message runs now.', schema: roomWorkflow, example } },
    errors: [
      'forbidden',
      'room_not_found',
      'workflow_not_found',
      'workflow_not_published',
      'version_not_found',
    ],
  },
  async ({ params: { id }, body: { workflowId, version }, user }, { database, relay, logger }) => {
    const { room } = await authorise(database, user, 'room:manage', { roomId: id });
    await authorise(database, user, 'workflow:execute', { workflowId });
    const changed = await database.$transaction(async (tx) => {
      await bumpRoster(tx, id);
      await findRunnable(tx, { workspaceId: room.workspaceId, workflowId }, version);
      return tx.room.update({ where: { id }, data: { workflowId, workflowVersion: version } });
    });
    await announceRoom({ relay, logger }, changed);
    return { status: 200, body: await viewOf(database, id) };
  },
);

export const deleteRoomWorkflow = defineRoute(
  {
    method: 'DELETE',
    path: '/rooms/{id}/workflow',
    summary: 'Let the agents answer by themselves again',
    description: 'For owners of the room and admins of its workspace. Runs that are under way go on.',
    tags,
    auth: 'user',
    params,
    responses: { 204: { description: 'The room has no workflow.' } },
    errors: ['forbidden', 'room_not_found'],
  },
  async ({ params: { id }, user }, { database, relay, logger }) => {
    await authorise(database, user, 'room:manage', { roomId: id });
    const changed = await database.$transaction(async (tx) => {
      await bumpRoster(tx, id);
      return tx.room.update({ where: { id }, data: { workflowId: null, workflowVersion: null } });
    });
    await announceRoom({ relay, logger }, changed);
    return { status: 204 };
  },
);

async function viewOf(database: Database, roomId: string): Promise<z.input<typeof roomWorkflow>> {
  const { workflow, workflowVersion } = await database.room.findUniqueOrThrow({
    where: { id: roomId },
    select: {
      workflowVersion: true,
      workflow: { select: { id: true, name: true, publishedVersion: true } },
    },
  });
  if (workflow === null) throw new ApiError('workflow_not_found', 'The room runs no workflow.');
  const { id, name, publishedVersion } = workflow;
  return { workflowId: id, name, version: workflowVersion, publishedVersion };
}
