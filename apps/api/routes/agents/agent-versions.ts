import { pageLimit, queryInteger } from '../../http/query';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { ids } from '../examples';
import { listOf, pageOf, uuid } from '../fields';
import { agentVersion, agentVersionExample, viewVersion } from './agent-view';

export const getAgentVersions = defineRoute(
  {
    method: 'GET',
    path: '/agents/{id}/versions',
    summary: 'List the versions of an agent',
    tags: ['agents'],
    auth: 'user',
    params: { id: uuid(ids.teacher) },
    query: {
      limit: pageLimit,
      cursor: queryInteger({ min: 1, max: 2_147_483_647, example: 12 })
        .optional()
        .meta({ description: '`nextCursor` of the page before.' }),
    },
    responses: {
      200: {
        description: 'A page of versions, the newest first.',
        schema: listOf(agentVersion),
        example: { items: [agentVersionExample], nextCursor: null },
      },
    },
    errors: ['agent_not_found'],
  },
  async ({ params, query: { limit, cursor }, user }, { database }) => {
    const { agent } = await authorise(database, user, 'agent:read', { agentId: params.id });
    const rows = await database.agentVersion.findMany({
      where: { agentId: agent.id, ...(cursor === undefined ? {} : { version: { lt: cursor } }) },
      orderBy: { version: 'desc' },
      take: limit + 1,
    });
    return { status: 200, body: pageOf(rows, limit, viewVersion, ({ version }) => String(version)) };
  },
);
