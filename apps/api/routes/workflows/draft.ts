import { z } from 'zod';
import { checkGraph, hasErrors } from '../../graphs/check-graph';
import { graphAnswer, graphDocument, graphExample, toStore } from '../../graphs/graph-document';
import { etagOf, requireIfMatch } from '../../http/preconditions';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { ids } from '../examples';
import { uuid } from '../fields';
import { validation, validationExample } from './workflow-view';
import { graphBodyBytes } from './workflows';

const tags = ['workflows'] as const;
const params = { id: uuid(ids.workflow) };

const savedDraft = z.object({
  graph: graphAnswer,
  revision: z.int().meta({ description: 'What the ETag holds.' }),
  ...validation.shape,
});

export const getDraft = defineRoute(
  {
    method: 'GET',
    path: '/workflows/{id}/draft',
    summary: 'Read the draft',
    description: 'The header `ETag` is what saving a change takes as `If-Match`.',
    tags,
    auth: 'user',
    params,
    responses: { 200: { description: 'The graph.', schema: graphAnswer, example: graphExample } },
    errors: ['workflow_not_found'],
  },
  async ({ params: { id }, user }, { database }) => {
    await authorise(database, user, 'workflow:read', { workflowId: id });
    const row = await database.workflow.findUnique({
      where: { id, deletedAt: null },
      select: { draft: true, draftRevision: true },
    });
    if (row === null) throw new ApiError('workflow_not_found', 'The workflow was deleted.');
    return {
      status: 200,
      headers: { ETag: etagOf(row.draftRevision) },
      body: row.draft as Record<string, unknown>,
    };
  },
);

export const putDraft = defineRoute(
  {
    method: 'PUT',
    path: '/workflows/{id}/draft',
    summary: 'Save the draft',
    description:
      'For admins, teachers and members. Problems are named and saved all the same; what a canvas keeps for itself (selection, measured sizes) is left out.',
    tags,
    auth: 'user',
    params,
    conditional: true,
    body: { schema: graphDocument, example: graphExample, maxBytes: graphBodyBytes },
    responses: {
      200: {
        description: 'The draft as it is now, and its problems.',
        schema: savedDraft,
        example: { graph: graphExample, revision: 13, ...validationExample },
      },
    },
    errors: ['forbidden', 'workflow_not_found'],
  },
  async ({ params: { id }, body, user, ctx }, { database }) => {
    const { workflow } = await authorise(database, user, 'workflow:manage', { workflowId: id });
    const graph = toStore(body);
    const revision = await database.$transaction(async (tx) => {
      const [row] = await tx.$queryRaw<{ revision: number }[]>`
        SELECT draft_revision AS revision FROM workflows
        WHERE id = ${id}::uuid AND deleted_at IS NULL FOR UPDATE`;
      if (row === undefined) throw new ApiError('workflow_not_found', 'The workflow was deleted.');
      requireIfMatch(ctx, row.revision);
      const { draftRevision } = await tx.workflow.update({
        where: { id },
        data: { draft: graph, draftRevision: { increment: 1 }, updatedAt: new Date() },
        select: { draftRevision: true },
      });
      return draftRevision;
    });
    const owner = { workspaceId: workflow.workspaceId, workflowId: id };
    const problems = await checkGraph(database, owner, graph);
    return {
      status: 200,
      headers: { ETag: etagOf(revision) },
      body: { graph: graph as Record<string, unknown>, revision, valid: !hasErrors(problems), problems },
    };
  },
);

export const validateWorkflow = defineRoute(
  {
    method: 'POST',
    path: '/workflows/{id}/validate',
    summary: 'Name every problem of a graph',
    description: 'Of the `graph` in the body, which may be any JSON; without one, of the draft.',
    tags,
    auth: 'user',
    params,
    body: {
      schema: z.strictObject({
        graph: z.unknown().optional().meta({ description: 'Any JSON.', example: graphExample }),
      }),
      example: { graph: graphExample },
      maxBytes: graphBodyBytes,
    },
    responses: {
      200: { description: 'All problems at once.', schema: validation, example: validationExample },
    },
    errors: ['workflow_not_found'],
  },
  async ({ params: { id }, body, user }, { database }) => {
    const { workflow } = await authorise(database, user, 'workflow:read', { workflowId: id });
    const graph =
      body.graph === undefined
        ? (await database.workflow.findUniqueOrThrow({ where: { id }, select: { draft: true } })).draft
        : body.graph;
    const problems = await checkGraph(database, { workspaceId: workflow.workspaceId, workflowId: id }, graph);
    return { status: 200, body: { valid: !hasErrors(problems), problems } };
  },
);
