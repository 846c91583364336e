import { z } from 'zod';
import { graphLimits } from '../../../../workflows/contracts/graph/document';
import { emptyGraph, graphDocument, graphExample, toStore } from '../../graphs/graph-document';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { recordAudit } from '../../identity/audit';
import { authorise } from '../../identity/permissions';
import { defined } from '../defined';
import { ids } from '../examples';
import { idPage, listOf, pageOf, uuid } from '../fields';
import { most, within } from '../limits';
import { lockWorkspace } from '../lock-workspace';
import { viewWorkflow, workflow, workflowExample, workflowParts } from './workflow-view';

const tags = ['workflows'] as const;
const params = { id: uuid(ids.workflow) };

/** Room for the graph and what is beside it. */
export const graphBodyBytes = graphLimits.bytes + 65_536;

export const getWorkflows = defineRoute(
  {
    method: 'GET',
    path: '/workflows',
    summary: 'List workflows',
    tags,
    auth: 'user',
    workspace: 'workflow:read',
    query: idPage,
    responses: {
      200: {
        description: 'A page of workflows, the oldest first.',
        schema: listOf(workflow),
        example: { items: [workflowExample], nextCursor: null },
      },
    },
    errors: [],
  },
  async ({ query: { limit, cursor }, workspace }, { database }) => {
    const rows = await database.workflow.findMany({
      where: {
        workspaceId: workspace.id,
        deletedAt: null,
        ...(cursor === undefined ? {} : { id: { gt: cursor } }),
      },
      omit: { draft: true },
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return { status: 200, body: pageOf(rows, limit, viewWorkflow, ({ id }) => id) };
  },
);

export const createWorkflow = defineRoute(
  {
    method: 'POST',
    path: '/workflows',
    summary: 'Create a workflow',
    description: `For admins, teachers and members. The graph, if given, becomes the draft, whatever its problems. A workspace has at most ${String(most.workflowsPerWorkspace)} workflows.`,
    tags,
    auth: 'user',
    workspace: 'workflow:manage',
    idempotent: true,
    body: {
      schema: z.strictObject({
        name: workflowParts.name,
        description: workflowParts.description.default(''),
        graph: graphDocument.default(emptyGraph),
      }),
      example: { name: 'Triage and reply', graph: graphExample },
      maxBytes: graphBodyBytes,
    },
    responses: {
      201: {
        description: 'The workflow.',
        schema: workflow,
        example: { ...workflowExample, publishedVersion: null, draftRevision: 1 },
      },
    },
    errors: ['limit_reached'],
  },
  async ({ body: { graph, ...fields }, user, workspace: { id: workspaceId } }, { database }) => {
    const created = await database.$transaction(async (tx) => {
      await lockWorkspace(tx, workspaceId);
      const count = await tx.workflow.count({ where: { workspaceId, deletedAt: null } });
      within(most.workflowsPerWorkspace, count, 'workflows in a workspace');
      return tx.workflow.create({
        data: { ...fields, workspaceId, draft: toStore(graph), createdById: user.userId },
        omit: { draft: true },
      });
    });
    return { status: 201, body: viewWorkflow(created) };
  },
);

export const getWorkflow = defineRoute(
  {
    method: 'GET',
    path: '/workflows/{id}',
    summary: 'Read a workflow',
    description: 'Without its graph: see its draft and its versions.',
    tags,
    auth: 'user',
    params,
    responses: { 200: { description: 'The workflow.', schema: workflow, example: workflowExample } },
    errors: ['workflow_not_found'],
  },
  async ({ params: { id }, user }, { database }) => {
    const { workflow: found } = await authorise(database, user, 'workflow:read', { workflowId: id });
    return { status: 200, body: viewWorkflow(found) };
  },
);

export const updateWorkflow = defineRoute(
  {
    method: 'PATCH',
    path: '/workflows/{id}',
    summary: 'Rename or describe a workflow',
    description: 'For admins, teachers and members.',
    tags,
    auth: 'user',
    params,
    body: {
      schema: z
        .strictObject({
          name: workflowParts.name.optional(),
          description: workflowParts.description.optional(),
        })
        .refine((changes) => Object.keys(changes).length > 0, 'name at least one field to change'),
      example: { name: 'Triage and reply' },
    },
    responses: {
      200: { description: 'The workflow as it is now.', schema: workflow, example: workflowExample },
    },
    errors: ['forbidden', 'workflow_not_found'],
  },
  async ({ params: { id }, body, user }, { database }) => {
    await authorise(database, user, 'workflow:manage', { workflowId: id });
    const [changed] = await database.workflow.updateManyAndReturn({
      where: { id, deletedAt: null },
      data: { ...defined(body), updatedAt: new Date() },
      omit: { draft: true },
    });
    if (changed === undefined) throw new ApiError('workflow_not_found', 'The workflow was deleted.');
    return { status: 200, body: viewWorkflow(changed) };
  },
);

export const deleteWorkflow = defineRoute(
  {
    method: 'DELETE',
    path: '/workflows/{id}',
    summary: 'Delete a workflow',
    description:
      'For admins, teachers and members. Rooms that run it go back to agents who answer by themselves; runs that are under way go on with the version they have.',
    tags,
    auth: 'user',
    params,
    responses: { 204: { description: 'The workflow is gone.' } },
    errors: ['forbidden', 'workflow_not_found'],
  },
  async ({ params: { id }, user, ctx }, { database }) => {
    const { workflow: found } = await authorise(database, user, 'workflow:manage', { workflowId: id });
    await database.$transaction(async (tx) => {
      const { count } = await tx.workflow.updateMany({
        where: { id, deletedAt: null },
        data: { deletedAt: new Date() },
      });
      if (count === 0) throw new ApiError('workflow_not_found', 'The workflow was deleted.');
      await tx.room.updateMany({
        where: { workflowId: id },
        data: { workflowId: null, workflowVersion: null, rosterVersion: { increment: 1 } },
      });
      await recordAudit(tx, {
        action: 'workflow_deleted',
        actorId: user.userId,
        workspaceId: found.workspaceId,
        target: ['workflow', id],
        address: ctx.ip,
      });
    });
    return { status: 204 };
  },
);
