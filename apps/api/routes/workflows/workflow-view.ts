import { z } from 'zod';
import type { Workflow, WorkflowVersion } from '../../../../prisma/generated/client';
import { graphProblem, graphProblemExample } from '../../http/graph-problem';
import { line } from '../../http/name-fields';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';

export const workflowParts = {
  name: line(120).meta({ example: 'Triage and reply' }),
  description: z.string().trim().max(2000).meta({ example: 'Sorts a question, asks a teacher, answers it.' }),
  note: z
    .string()
    .trim()
    .max(500)
    .meta({ description: 'What is new, for people.', example: 'Asks a teacher first.' }),
} as const;

export const versionNumber = z.int().min(1).max(2_147_483_647).meta({ example: 3 });

export const workflow = z
  .object({
    id: uuid(ids.workflow),
    workspaceId: uuid(ids.workspace),
    name: workflowParts.name,
    description: workflowParts.description,
    publishedVersion: versionNumber
      .nullable()
      .meta({ description: 'The version that runs by default; null: never published.' }),
    draftRevision: z.int().meta({ description: 'Counts changes of the draft.' }),
    createdById: uuid(ids.ada).nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Workflow', description: 'A graph of agents, tools and people.' });

export const workflowExample: z.input<typeof workflow> = {
  id: ids.workflow,
  workspaceId: ids.workspace,
  name: 'Triage and reply',
  description: 'Sorts a question, asks a teacher, answers it.',
  publishedVersion: 3,
  draftRevision: 12,
  createdById: ids.ada,
  createdAt: at,
  updatedAt: at,
};

export function viewWorkflow(row: Omit<Workflow, 'draft'>): z.input<typeof workflow> {
  const { id, workspaceId, name, description, publishedVersion, draftRevision, createdById } = row;
  return {
    id,
    workspaceId,
    name,
    description,
    publishedVersion,
    draftRevision,
    createdById,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export const validation = z
  .object({
    valid: z.boolean().meta({ description: 'It has no errors, so it can be published.' }),
    problems: z.array(graphProblem),
  })
  .meta({ id: 'GraphValidation' });

export const validationExample: z.input<typeof validation> = {
  valid: false,
  problems: [graphProblemExample],
};

const hash = z.string().meta({ description: 'SHA-256 of what it means; moving boxes does not change it.' });
export const hashExample = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

export const published = z.object({ version: versionNumber, hash }).meta({ id: 'PublishedVersion' });
export const publishedExample = { version: 3, hash: hashExample };

export const version = z
  .object({
    workflowId: uuid(ids.workflow),
    version: versionNumber,
    hash,
    note: workflowParts.note,
    rolledBackTo: versionNumber.nullable().meta({ description: 'The version that a rollback copied.' }),
    createdById: uuid(ids.ada).nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'WorkflowVersion', description: 'It never changes.' });

export const versionExample: z.input<typeof version> = {
  workflowId: ids.workflow,
  version: 3,
  hash: hashExample,
  note: 'Asks a teacher first.',
  rolledBackTo: null,
  createdById: ids.ada,
  createdAt: at,
};

export function viewVersion(row: Omit<WorkflowVersion, 'graph' | 'compiled'>): z.input<typeof version> {
  const { workflowId, version: number, hash: content, note, rolledBackTo, createdById, createdAt } = row;
  return {
    workflowId,
    version: number,
    hash: content,
    note,
    rolledBackTo,
    createdById,
    createdAt: createdAt.toISOString(),
  };
}
