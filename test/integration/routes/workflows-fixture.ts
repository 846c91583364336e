import { randomUUID } from 'node:crypto';
import type { Prisma } from '../../../prisma/generated/client';
import type { Person } from '../../support/people';
import type { TestApi } from '../api/api-fixture';

const at = { x: 0, y: 0 };

/** A graph that adds one to `input.n`. */
export const addOne = (expression = 'input.n + 1') => ({
  schemaVersion: 1,
  nodes: [
    {
      id: 'start',
      type: 'trigger',
      position: at,
      data: {
        inputSchema: {
          type: 'object',
          properties: { n: { type: 'integer' } },
          required: ['n'],
          additionalProperties: false,
        },
      },
    },
    { id: 'add', type: 'transform', position: at, data: { output: { sum: expression } } },
  ],
  edges: [{ id: 'e1', source: 'start', target: 'add' }],
});

/** A graph that asks teachers and admins, with a form. */
export const askFirst = () => ({
  schemaVersion: 1,
  nodes: [
    { id: 'start', type: 'trigger', position: at, data: {} },
    {
      id: 'ask',
      type: 'human_input',
      position: at,
      data: {
        title: 'Go on?',
        assignees: { roles: ['admin', 'teacher'] },
        schema: {
          type: 'object',
          properties: { mark: { type: 'integer', minimum: 1 } },
          additionalProperties: false,
        },
      },
    },
    { id: 'yes', type: 'transform', position: at, data: { output: { mark: 'nodes.ask.data' } } },
    { id: 'no', type: 'transform', position: at, data: { output: { no: 'true' } } },
  ],
  edges: [
    { id: 'e1', source: 'start', target: 'ask' },
    { id: 'e2', source: 'ask', sourceHandle: 'approve', target: 'yes' },
    { id: 'e3', source: 'ask', sourceHandle: 'reject', target: 'no' },
  ],
});

export async function newWorkflow(person: Person, graph: object = addOne()): Promise<string> {
  const { id } = await person.must<{ id: string }>('POST', '/workflows', { name: 'Flow', graph });
  return id;
}

export async function published(person: Person, graph: object = addOne()): Promise<string> {
  const id = await newWorkflow(person, graph);
  await person.must('POST', `/workflows/${id}/publish`, {});
  return id;
}

/** Saves a draft over whatever is there, and publishes it. */
export async function publishNext(person: Person, id: string, graph: object): Promise<number> {
  const saved = await person.call('PUT', `/workflows/${id}/draft`, graph, { 'if-match': '*' });
  if (saved.status !== 200) throw new Error(JSON.stringify(saved.body));
  const { version } = await person.must<{ version: number }>('POST', `/workflows/${id}/publish`, {});
  return version;
}

/** A stored run of a workflow, without anything that executes it. */
export async function storeRun(
  { database }: TestApi,
  owner: Person,
  run: Partial<Prisma.RunUncheckedCreateInput> = {},
): Promise<string> {
  const id = randomUUID();
  await database.run.create({
    data: {
      id,
      workspaceId: owner.workspaceId,
      kind: 'workflow',
      status: 'running',
      temporalId: `run:${id}`,
      triggerType: 'api',
      initiatorId: owner.id,
      ...run,
    },
  });
  return id;
}

/** Stores events as the recorder does, and counts them in the run. */
export async function storeEvents(
  { database }: TestApi,
  runId: string,
  bodies: { type: string; [field: string]: unknown }[],
  ended = false,
): Promise<void> {
  const { lastEventSeq } = await database.run.findUniqueOrThrow({ where: { id: runId } });
  await database.$transaction([
    database.runEvent.createMany({
      data: bodies.map((body, index) => ({
        runId,
        seq: lastEventSeq + index + 1,
        key: `${body.type}/${String(lastEventSeq + index + 1)}`,
        type: body.type,
        data: body as Prisma.InputJsonObject,
      })),
    }),
    database.run.update({
      where: { id: runId },
      data: {
        lastEventSeq: lastEventSeq + bodies.length,
        ...(ended ? { status: 'completed', endedAt: new Date() } : {}),
      },
    }),
  ]);
}
