import { z } from 'zod';
import { agentDefinitions } from '../../../../infra/agents/definitions';
import type { Agent, AgentVersion } from '../../../../prisma/generated/client';
import { line, memberName } from '../../http/name-fields';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';

/** Longest instructions of an agent, in characters: some 8,000 tokens. */
const maxInstructions = 32_000;

export const definitionKey = z
  .enum(agentDefinitions.map(({ definition }) => definition))
  .meta({ description: 'Key of a built-in definition.', example: 'teacher' });

/** What an agent is made of, as it is given and shown. */
export const agentParts = {
  name: memberName.meta({
    description: 'Unique in the workspace. Messages address the agent by `@Name`.',
    example: 'Teacher',
  }),
  instructions: z
    .string()
    .trim()
    .min(1)
    .max(maxInstructions)
    .meta({ description: 'The system prompt.', example: 'You are a patient teacher.' }),
  model: line(200).nullable().meta({
    description: 'Name of a model; null: the default of the platform (DEFAULT_MODEL).',
    example: null,
  }),
} as const;

export const agent = z
  .object({
    id: uuid(ids.teacher),
    workspaceId: uuid(ids.workspace),
    ...agentParts,
    definition: definitionKey.nullable().meta({ description: 'The built-in definition it was made from.' }),
    status: z.enum(['active', 'inactive', 'shutdown']).meta({ description: 'Only active agents answer.' }),
    version: z.int().min(1).meta({ description: 'The version in use.' }),
    createdAt: timestamp,
  })
  .meta({ id: 'Agent' });

export const agentVersion = z
  .object({
    id: uuid(ids.teacherVersion),
    version: z.int().min(1),
    instructions: agentParts.instructions,
    model: agentParts.model,
    createdById: uuid(ids.ada).nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'AgentVersion', description: 'Never changes once it is made.' });

export const agentExample: z.input<typeof agent> = {
  id: ids.teacher,
  workspaceId: ids.workspace,
  name: 'Teacher',
  instructions: 'You are a patient teacher.',
  model: null,
  definition: 'teacher',
  status: 'active',
  version: 1,
  createdAt: at,
};

export const agentVersionExample: z.input<typeof agentVersion> = {
  id: ids.teacherVersion,
  version: 1,
  instructions: 'You are a patient teacher.',
  model: null,
  createdById: ids.ada,
  createdAt: at,
};

/** Brings the version in use, which is the newest. */
export const withVersion = { versions: { orderBy: { version: 'desc' }, take: 1 } } as const;

export type AgentRow = Agent & { versions: AgentVersion[] };

export function viewAgent(row: AgentRow): z.input<typeof agent> {
  const { id, workspaceId, name, status, version, versions, createdAt } = row;
  const [current] = versions;
  if (current === undefined) throw new Error(`Agent ${id} has no version.`);
  const definition = definitionKey.nullable().catch(null).parse(row.definition);
  const { instructions, model } = current;
  return {
    id,
    workspaceId,
    name,
    instructions,
    model,
    definition,
    status,
    version,
    createdAt: createdAt.toISOString(),
  };
}

export function viewVersion(row: AgentVersion): z.input<typeof agentVersion> {
  const { id, version, instructions, model, createdById, createdAt } = row;
  return { id, version, instructions, model, createdById, createdAt: createdAt.toISOString() };
}
