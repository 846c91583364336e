import { z } from 'zod';
import type { NodeRun } from '../../../../prisma/generated/client';
import { NodeRunStatus } from '../../../../prisma/generated/enums';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';
import { usage, usageExample, viewUsage } from './run-views';

export const nodeRun = z
  .object({
    id: uuid(ids.node),
    key: z.string().meta({
      description:
        'Position in the run, the same in every attempt. Of a turn: `1/answer`. Of a workflow: `research`; in a loop `each[3]/write`; of a call within a node that makes several `chat#2`.',
    }),
    kind: z.string().meta({ description: 'Kind of the node, or of the call: `answer`, `route`.' }),
    nodeId: z.string().nullable().meta({ description: 'The node of the graph.' }),
    label: z.string().nullable(),
    parentKey: z.string().nullable().meta({ description: 'The step that this call is part of.' }),
    status: z.enum(NodeRunStatus),
    attempt: z.int().meta({ description: 'The attempt that ended it, from 1.' }),
    reused: z
      .boolean()
      .meta({ description: 'Taken over from the run it was forked from: nothing was paid.' }),
    agentId: uuid(ids.teacher).nullable(),
    agentVersionId: uuid(ids.teacherVersion).nullable(),
    model: z.string().nullable(),
    usage,
    input: z.unknown(),
    output: z.unknown(),
    handles: z.array(z.string()).meta({ description: 'Ways out that were taken.' }),
    error: z.unknown(),
    startedAt: timestamp,
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'NodeRun', description: 'One step of a run.' });

export const nodeExample: z.input<typeof nodeRun> = {
  id: ids.node,
  key: 'answer',
  kind: 'agent',
  nodeId: 'answer',
  label: 'Answer',
  parentKey: null,
  status: 'completed',
  attempt: 1,
  reused: false,
  agentId: ids.teacher,
  agentVersionId: ids.teacherVersion,
  model: 'gpt-4.1-mini',
  usage: usageExample,
  input: { prompt: 'Why are leaves green?' },
  output: { text: 'Leaves are green because of chlorophyll.', mentions: [], complete: false },
  handles: ['out'],
  error: null,
  startedAt: at,
  endedAt: '2026-03-02T09:30:02.000Z',
};

export function viewNode(row: NodeRun): z.input<typeof nodeRun> {
  const { id, key, kind, nodeId, label, parentKey, status, attempt, reused, agentId, agentVersionId } = row;
  return {
    id,
    key,
    kind,
    nodeId,
    label,
    parentKey,
    status,
    attempt,
    reused,
    agentId,
    agentVersionId,
    model: row.model,
    usage: viewUsage(row),
    input: row.input,
    output: row.output,
    handles: row.handles,
    error: row.error,
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
