import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Prisma } from '../../../../prisma/generated/client';
import { isUniqueViolation } from '../../http/infra-errors';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { recordAudit } from '../../identity/audit';
import { authorise } from '../../identity/permissions';
import { announce } from '../../rooms/announce';
import { bumpRostersOf } from '../../rooms/roster';
import { ids } from '../examples';
import { uuid } from '../fields';
import { agent, agentExample, agentParts, viewAgent, withVersion, type AgentRow } from './agent-view';
import { nameTaken } from './agents';

const tags = ['agents'] as const;

export const updateAgent = defineRoute(
  {
    method: 'PATCH',
    path: '/agents/{id}',
    summary: 'Change an agent',
    description:
      'Other instructions or another model make a new version, which its rooms use from their next turn on. Of two changes at once the later one wins.',
    tags,
    auth: 'user',
    params: { id: uuid(ids.teacher) },
    body: {
      schema: z
        .strictObject({
          name: agentParts.name.optional(),
          instructions: agentParts.instructions.optional(),
          model: agentParts.model.optional(),
        })
        .refine((changes) => Object.keys(changes).length > 0, 'name at least one field to change'),
      example: { instructions: 'You are a patient teacher. Answer in two sentences.' },
    },
    responses: {
      200: {
        description: 'The agent as it is now.',
        schema: agent,
        example: {
          ...agentExample,
          instructions: 'You are a patient teacher. Answer in two sentences.',
          version: 2,
        },
      },
    },
    errors: ['forbidden', 'agent_not_found', 'name_taken'],
  },
  async ({ params, body, user }, { database, relay, logger }) => {
    const { agent: found } = await authorise(database, user, 'agent:manage', { agentId: params.id });
    const { before, after, memberships } = await database
      .$transaction(async (tx) => {
        const current = await lockAgent(tx, found.id);
        const changed = await applyChanges(tx, current, body, user.userId);
        return { before: current, after: changed, memberships: await bumpRostersOf(tx, found.id) };
      })
      .catch((error: unknown) => {
        if (!isUniqueViolation(error)) throw error;
        throw nameTaken(body.name ?? found.name, error);
      });
    if (after.name !== before.name) {
      const change = randomUUID();
      await announce(
        { relay, logger },
        memberships.map(({ roomId, memberId }) => ({
          roomId,
          event: { type: 'member.renamed', memberId, name: after.name, previous: before.name },
          key: `member.renamed:${change}`,
        })),
      );
    }
    return { status: 200, body: viewAgent(after) };
  },
);

export const deleteAgent = defineRoute(
  {
    method: 'DELETE',
    path: '/agents/{id}',
    summary: 'Delete an agent',
    description:
      'It leaves all its rooms first; what it wrote stays. A turn in which it is about to answer fails.',
    tags,
    auth: 'user',
    params: { id: uuid(ids.teacher) },
    responses: { 204: { description: 'The agent is gone.' } },
    errors: ['forbidden', 'agent_not_found'],
  },
  async ({ params, user }, { database, relay, logger }) => {
    const { agent: found } = await authorise(database, user, 'agent:manage', { agentId: params.id });
    const agentId = found.id;
    const { name, memberships } = await database.$transaction(async (tx) => {
      const current = await lockAgent(tx, agentId);
      const left = await bumpRostersOf(tx, agentId);
      await tx.agent.delete({ where: { id: agentId } });
      await recordAudit(tx, {
        action: 'agent_deleted',
        actorId: user.userId,
        workspaceId: found.workspaceId,
        target: ['agent', agentId],
      });
      return { name: current.name, memberships: left };
    });
    await announce(
      { relay, logger },
      memberships.map(({ roomId, memberId }) => ({
        roomId,
        event: { type: 'member.left', memberId, agentId, name },
        key: `member.left:${memberId}`,
      })),
    );
    return { status: 204 };
  },
);

const statusRoute = (action: 'activate' | 'deactivate', status: 'active' | 'inactive', description: string) =>
  defineRoute(
    {
      method: 'POST',
      path: `/agents/{id}/${action}`,
      summary: action === 'activate' ? 'Activate an agent' : 'Deactivate an agent',
      description,
      tags,
      auth: 'user',
      params: { id: uuid(ids.teacher) },
      responses: {
        200: { description: 'The agent as it is now.', schema: agent, example: { ...agentExample, status } },
      },
      errors: ['forbidden', 'agent_not_found'],
    },
    async ({ params, user }, { database }) => {
      const { agent: found } = await authorise(database, user, 'agent:manage', { agentId: params.id });
      const changed = await database.$transaction(async (tx) => {
        await lockAgent(tx, found.id);
        const row = await tx.agent.update({
          where: { id: found.id },
          data: { status },
          include: withVersion,
        });
        await bumpRostersOf(tx, found.id);
        return row;
      });
      return { status: 200, body: viewAgent(changed) };
    },
  );

export const activateAgent = statusRoute('activate', 'active', 'It answers again in its rooms.');
export const deactivateAgent = statusRoute(
  'deactivate',
  'inactive',
  'It stays in its rooms and is silent. A turn that runs goes on.',
);

/** Changes of one agent happen one after the other. @throws ApiError `agent_not_found` when it was deleted meanwhile. */
async function lockAgent(tx: Prisma.TransactionClient, agentId: string): Promise<AgentRow> {
  await tx.$queryRaw`SELECT id FROM agents WHERE id = ${agentId}::uuid FOR UPDATE`;
  const row = await tx.agent.findUnique({ where: { id: agentId }, include: withVersion });
  if (row === null) throw new ApiError('agent_not_found', 'The agent was deleted.');
  return row;
}

interface Changes {
  name?: string | undefined;
  instructions?: string | undefined;
  model?: string | null | undefined;
}

async function applyChanges(
  tx: Prisma.TransactionClient,
  current: AgentRow,
  { name = current.name, ...changes }: Changes,
  createdById: string,
): Promise<AgentRow> {
  const used = viewAgent(current);
  const instructions = changes.instructions ?? used.instructions;
  const model = changes.model === undefined ? used.model : changes.model;
  const same = instructions === used.instructions && model === used.model;
  const version = same ? current.version : current.version + 1;
  return tx.agent.update({
    where: { id: current.id },
    data: {
      name,
      ...(same ? {} : { version, versions: { create: { version, instructions, model, createdById } } }),
    },
    include: withVersion,
  });
}
