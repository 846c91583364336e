import { z } from 'zod';
import { agentDefinitions } from '../../../../infra/agents/definitions';
import { isUniqueViolation } from '../../http/infra-errors';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { recordAudit } from '../../identity/audit';
import { authorise } from '../../identity/permissions';
import { ids } from '../examples';
import { idPage, listOf, pageOf, uuid } from '../fields';
import { most, within } from '../limits';
import { lockWorkspace } from '../lock-workspace';
import { agent, agentExample, agentParts, definitionKey, viewAgent, withVersion } from './agent-view';

const tags = ['agents'] as const;

export const getDefinitions = defineRoute(
  {
    method: 'GET',
    path: '/agents/definitions',
    summary: 'List the built-in definitions',
    description: 'Ready-made instructions: name one as `definition` when you create an agent.',
    tags,
    auth: 'user',
    responses: {
      200: {
        description: 'All of them.',
        schema: listOf(
          z
            .object({
              definition: definitionKey,
              name: z.string().meta({ description: 'A fitting name for an agent made from it.' }),
              description: z.string(),
              instructions: z.string(),
            })
            .meta({ id: 'AgentDefinition' }),
        ),
        example: { items: agentDefinitions.slice(0, 1), nextCursor: null },
      },
    },
    errors: [],
  },
  () => Promise.resolve({ status: 200 as const, body: { items: [...agentDefinitions], nextCursor: null } }),
);

export const getAgents = defineRoute(
  {
    method: 'GET',
    path: '/agents',
    summary: 'List agents',
    tags,
    auth: 'user',
    workspace: 'agent:read',
    query: idPage,
    responses: {
      200: {
        description: 'A page of agents, the oldest first.',
        schema: listOf(agent),
        example: { items: [agentExample], nextCursor: null },
      },
    },
    errors: [],
  },
  async ({ query: { limit, cursor }, workspace }, { database }) => {
    const rows = await database.agent.findMany({
      where: { workspaceId: workspace.id, ...(cursor === undefined ? {} : { id: { gt: cursor } }) },
      orderBy: { id: 'asc' },
      take: limit + 1,
      include: withVersion,
    });
    return { status: 200, body: pageOf(rows, limit, viewAgent, ({ id }) => id) };
  },
);

export const createAgent = defineRoute(
  {
    method: 'POST',
    path: '/agents',
    summary: 'Create an agent',
    description: `With \`definition\`, its instructions are taken unless you give your own. A workspace has at most ${most.agentsPerWorkspace} agents.`,
    tags,
    auth: 'user',
    workspace: 'agent:manage',
    idempotent: true,
    body: {
      schema: z
        .strictObject({
          name: agentParts.name,
          instructions: agentParts.instructions.optional(),
          model: agentParts.model.default(null),
          definition: definitionKey.nullable().default(null),
        })
        .refine(({ instructions, definition }) => instructions !== undefined || definition !== null, {
          path: ['instructions'],
          error: 'give instructions or a definition',
        }),
      example: { name: 'Teacher', definition: 'teacher' },
    },
    responses: { 201: { description: 'The agent.', schema: agent, example: agentExample } },
    errors: ['name_taken', 'limit_reached'],
  },
  async ({ body, user, workspace: { id: workspaceId } }, { database }) => {
    const { name, model, definition } = body;
    const builtIn = agentDefinitions.find((each) => each.definition === definition);
    const instructions = body.instructions ?? builtIn?.instructions ?? '';
    const created = await database
      .$transaction(async (tx) => {
        await lockWorkspace(tx, workspaceId);
        const count = await tx.agent.count({ where: { workspaceId } });
        within(most.agentsPerWorkspace, count, 'agents in a workspace');
        const row = await tx.agent.create({
          data: {
            workspaceId,
            name,
            definition,
            versions: { create: { version: 1, instructions, model, createdById: user.userId } },
          },
          include: withVersion,
        });
        const target = ['agent', row.id] as const;
        await recordAudit(tx, { action: 'agent_created', actorId: user.userId, workspaceId, target });
        return row;
      })
      .catch((error: unknown) => {
        if (!isUniqueViolation(error)) throw error;
        throw nameTaken(name, error);
      });
    return { status: 201, body: viewAgent(created) };
  },
);

export const getAgent = defineRoute(
  {
    method: 'GET',
    path: '/agents/{id}',
    summary: 'Read an agent',
    tags,
    auth: 'user',
    params: { id: uuid(ids.teacher) },
    responses: { 200: { description: 'The agent.', schema: agent, example: agentExample } },
    errors: ['agent_not_found'],
  },
  async ({ params, user }, { database }) => {
    const { agent: found } = await authorise(database, user, 'agent:read', { agentId: params.id });
    const row = await database.agent.findUnique({ where: { id: found.id }, include: withVersion });
    if (row === null) throw new ApiError('agent_not_found', 'The agent was deleted.');
    return { status: 200, body: viewAgent(row) };
  },
);

export const nameTaken = (name: string, cause: unknown): ApiError =>
  new ApiError('name_taken', `The workspace has an agent named ${name} already.`, { cause });
