import { z } from 'zod';
import type { Settings } from '../../../../infra/config/settings';
import type { NodeRun, Run } from '../../../../prisma/generated/client';
import { RunStatus } from '../../../../prisma/generated/enums';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';

const usage = z
  .object({ promptTokens: z.int(), completionTokens: z.int() })
  .meta({ description: 'Tokens paid for; known when it has ended.' });

const failure = z
  .object({ code: z.string(), detail: z.string() })
  .nullable()
  .meta({ description: 'Why it failed.' });

export const run = z
  .object({
    id: uuid(ids.turn),
    workspaceId: uuid(ids.workspace),
    roomId: uuid(ids.room).nullable(),
    kind: z.string().meta({ description: '`turn`: agents answer a message of a room.' }),
    status: z.enum(RunStatus),
    triggerMessageId: uuid(ids.message).nullable().meta({ description: 'The message that started it.' }),
    temporalWorkflowId: z.string().meta({ description: 'The Temporal workflow that executes it.' }),
    temporalUrl: z.string().nullable().meta({
      description: 'Its page in the Temporal Web UI; null when the platform knows none (TEMPORAL_UI_URL).',
    }),
    usage,
    error: failure,
    startedAt: timestamp,
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'Run' });

export const runExample: z.input<typeof run> = {
  id: ids.turn,
  workspaceId: ids.workspace,
  roomId: ids.room,
  kind: 'turn',
  status: 'completed',
  triggerMessageId: ids.message,
  temporalWorkflowId: `room:${ids.room}`,
  temporalUrl: `http://127.0.0.1:8233/namespaces/default/workflows/room%3A${ids.room}`,
  usage: { promptTokens: 420, completionTokens: 64 },
  error: null,
  startedAt: at,
  endedAt: '2026-03-02T09:30:02.000Z',
};

export const nodeRun = z
  .object({
    id: uuid(ids.node),
    key: z.string().meta({ description: 'Position in the run, the same in every attempt.' }),
    kind: z.string().meta({ description: '`answer`: an agent wrote; `route`: the next speaker was picked.' }),
    status: z.enum(RunStatus),
    attempt: z.int().meta({ description: 'The attempt that ended it, from 1.' }),
    agentId: uuid(ids.teacher).nullable(),
    agentVersionId: uuid(ids.teacherVersion).nullable(),
    model: z.string().nullable(),
    usage,
    output: z.unknown(),
    error: z.unknown(),
    startedAt: timestamp,
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'NodeRun', description: 'One step of a run.' });

export const nodeExample: z.input<typeof nodeRun> = {
  id: ids.node,
  key: '1/answer',
  kind: 'answer',
  status: 'completed',
  attempt: 1,
  agentId: ids.teacher,
  agentVersionId: ids.teacherVersion,
  model: 'gpt-4.1-mini',
  usage: { promptTokens: 420, completionTokens: 64 },
  output: { text: 'Leaves are green because of chlorophyll.', mentions: [], complete: false },
  error: null,
  startedAt: at,
  endedAt: '2026-03-02T09:30:02.000Z',
};

export function viewRun(row: Run, settings: Settings): z.input<typeof run> {
  const { id, workspaceId, roomId, kind, status, triggerMessageId, promptTokens, completionTokens } = row;
  return {
    id,
    workspaceId,
    roomId,
    kind,
    status,
    triggerMessageId,
    temporalWorkflowId: row.workflowId,
    temporalUrl: temporalUrl(row.workflowId, settings),
    usage: { promptTokens, completionTokens },
    error: failure.catch(null).parse(row.error),
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

function temporalUrl(workflowId: string, { TEMPORAL_UI_URL, TEMPORAL_NAMESPACE }: Settings): string | null {
  if (TEMPORAL_UI_URL === undefined) return null;
  const path = `namespaces/${encodeURIComponent(TEMPORAL_NAMESPACE)}/workflows/${encodeURIComponent(workflowId)}`;
  return `${TEMPORAL_UI_URL.replace(/\/+$/, '')}/${path}`;
}

export function viewNode(row: NodeRun): z.input<typeof nodeRun> {
  const { id, key, kind, status, attempt, agentId, agentVersionId, model, output, error } = row;
  return {
    id,
    key,
    kind,
    status,
    attempt,
    agentId,
    agentVersionId,
    model,
    usage: { promptTokens: row.promptTokens, completionTokens: row.completionTokens },
    output,
    error,
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
