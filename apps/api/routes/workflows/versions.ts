import { z } from 'zod';
import type { Database } from '../../../../infra/database/client';
import type { GraphDocument } from '../../../../workflows/contracts/graph/document';
import { diffGraphs } from '../../graphs/diff-graphs';
import { emptyGraph, graphAnswer, graphExample } from '../../graphs/graph-document';
import { versionNotFound } from '../../graphs/publish';
import { pageLimit, queryInteger } from '../../http/query';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { ids } from '../examples';
import { listOf, pageOf, uuid } from '../fields';
import { version, versionExample, viewVersion } from './workflow-view';

const tags = ['workflows'] as const;
const number = queryInteger({ min: 1, max: 2_147_483_647, example: 3 });
const params = { id: uuid(ids.workflow), n: number };

export const getVersions = defineRoute(
  {
    method: 'GET',
    path: '/workflows/{id}/versions',
    summary: 'List versions',
    tags,
    auth: 'user',
    params: { id: uuid(ids.workflow) },
    query: {
      limit: pageLimit,
      cursor: number.optional().meta({ description: '`nextCursor` of the page before.', example: 12 }),
    },
    responses: {
      200: {
        description: 'A page of versions, the newest first.',
        schema: listOf(version),
        example: { items: [versionExample], nextCursor: null },
      },
    },
    errors: ['workflow_not_found'],
  },
  async ({ params: { id }, query: { limit, cursor }, user }, { database }) => {
    await authorise(database, user, 'workflow:read', { workflowId: id });
    const rows = await database.workflowVersion.findMany({
      where: { workflowId: id, ...(cursor === undefined ? {} : { version: { lt: cursor } }) },
      omit: { graph: true, compiled: true },
      orderBy: { version: 'desc' },
      take: limit + 1,
    });
    return { status: 200, body: pageOf(rows, limit, viewVersion, (row) => String(row.version)) };
  },
);

export const getVersion = defineRoute(
  {
    method: 'GET',
    path: '/workflows/{id}/versions/{n}',
    summary: 'Read a version',
    tags,
    auth: 'user',
    params,
    responses: {
      200: {
        description: 'The version with its graph.',
        schema: version.extend({ graph: graphAnswer }).meta({ id: 'WorkflowVersionGraph' }),
        example: { ...versionExample, graph: graphExample },
      },
    },
    errors: ['workflow_not_found', 'version_not_found'],
  },
  async ({ params: { id, n }, user }, { database }) => {
    await authorise(database, user, 'workflow:read', { workflowId: id });
    const row = await database.workflowVersion.findUnique({
      where: { workflowId_version: { workflowId: id, version: n } },
      omit: { compiled: true },
    });
    if (row === null) throw versionNotFound(n);
    const graph = row.graph as Record<string, unknown>;
    return { status: 200, body: { ...viewVersion(row), graph } };
  },
);

const changes = z.array(
  z.object({
    path: z.string().meta({ example: 'data.prompt' }),
    before: z.unknown().optional().meta({ description: 'Absent: it was not there.' }),
    after: z.unknown().optional().meta({ description: 'Absent: it is there no more.' }),
  }),
);
const ends = { source: z.string(), sourceHandle: z.string(), target: z.string() };
const nodeIds = z.array(z.string()).meta({ description: 'Node ids.' });

const diff = z
  .object({
    nodes: z.object({
      added: nodeIds,
      removed: nodeIds,
      changed: z.array(z.object({ id: z.string(), changes })),
      moved: nodeIds.meta({ description: 'Only their place on the canvas is another.' }),
    }),
    edges: z.object({
      added: z.array(z.object(ends)),
      removed: z.array(z.object(ends)),
      changed: z.array(z.object({ ...ends, changes })),
    }),
  })
  .meta({ id: 'GraphDiff' });

export const getVersionDiff = defineRoute(
  {
    method: 'GET',
    path: '/workflows/{id}/versions/{n}/diff',
    summary: 'What a version changed',
    description: 'By meaning: nodes are known by their ids, edges by what they connect.',
    tags,
    auth: 'user',
    params,
    query: {
      against: queryInteger({ min: 0, max: 2_147_483_647, example: 2 }).optional().meta({
        description: 'The version to start from; 0: nothing. Default: the version before.',
        example: 2,
      }),
    },
    responses: {
      200: {
        description: 'The differences.',
        schema: diff,
        example: {
          nodes: {
            added: ['approve'],
            removed: [],
            changed: [{ id: 'answer', changes: [{ path: 'data.prompt', before: 'Hi', after: 'Hello' }] }],
            moved: ['start'],
          },
          edges: {
            added: [{ source: 'start', sourceHandle: 'out', target: 'approve' }],
            removed: [],
            changed: [],
          },
        },
      },
    },
    errors: ['workflow_not_found', 'version_not_found'],
  },
  async ({ params: { id, n }, query: { against = n - 1 }, user }, { database }) => {
    await authorise(database, user, 'workflow:read', { workflowId: id });
    const [before, after] = await Promise.all([graphOf(database, id, against), graphOf(database, id, n)]);
    return { status: 200, body: diffGraphs(before, after) };
  },
);

async function graphOf(database: Database, workflowId: string, number: number): Promise<GraphDocument> {
  if (number === 0) return emptyGraph;
  const row = await database.workflowVersion.findUnique({
    where: { workflowId_version: { workflowId, version: number } },
    select: { graph: true },
  });
  if (row === null) throw versionNotFound(number);
  return row.graph as unknown as GraphDocument;
}
