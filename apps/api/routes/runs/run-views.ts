import { z } from 'zod';
import type { Settings } from '../../../../infra/config/settings';
import type { Run } from '../../../../prisma/generated/client';
import { RunStatus } from '../../../../prisma/generated/enums';
import { triggerEventTypes } from '../../../../workflows/contracts/triggers/events';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';

export const usage = z
  .object({
    promptTokens: z.int(),
    completionTokens: z.int(),
    costUsd: z.number().meta({ description: 'By the prices of MODEL_PRICES.' }),
  })
  .meta({ id: 'Usage', description: 'What was paid for; of a run it is known when it has ended.' });

export const usageExample = { promptTokens: 420, completionTokens: 64, costUsd: 0.000271 };

export const failure = z
  .object({ code: z.string(), detail: z.string(), nodeKey: z.string().optional() })
  .nullable()
  .meta({ description: 'Why it failed, and in which step.' });

/** What starts runs: people, messages and other runs; the others are types of events that trigger policies wait for. */
export const triggerTypes = [
  ...(['api', 'task', 'message', 'workflow', 'fork', 'retry'] as const),
  ...triggerEventTypes,
] as const;

export const runSummary = z
  .object({
    id: uuid(ids.run),
    workspaceId: uuid(ids.workspace),
    roomId: uuid(ids.room).nullable().meta({ description: 'null: it runs outside rooms.' }),
    kind: z.string().meta({
      description: '`turn`: agents answer a message of a room. `workflow`: a graph is executed.',
    }),
    status: z.enum(RunStatus),
    workflowId: uuid(ids.workflow).nullable().meta({ description: 'null: a turn.' }),
    version: z.int().nullable(),
    triggerType: z.string().meta({ description: `What started it: ${triggerTypes.join(', ')}.` }),
    triggerPolicyId: uuid(ids.trigger)
      .nullable()
      .meta({ description: 'The trigger policy that started it.', example: null }),
    triggerMessageId: uuid(ids.message).nullable().meta({ description: 'The message that started it.' }),
    initiatorId: uuid(ids.ada).nullable().meta({ description: 'Who started it; null: the platform.' }),
    sessionId: z.string().nullable(),
    taskId: uuid(ids.task).nullable(),
    parent: z
      .object({ runId: uuid(ids.run), nodeKey: z.string() })
      .nullable()
      .meta({ description: 'The run whose step made this one, as a sub-workflow.' }),
    forkedFrom: z
      .object({ runId: uuid(ids.run), nodeKeys: z.array(z.string()) })
      .nullable()
      .meta({ description: 'The run whose outcomes it takes over, and where it begins again.' }),
    temporalWorkflowId: z.string().meta({ description: 'The Temporal workflow that executes it.' }),
    temporalUrl: z.string().nullable().meta({
      description: 'Its page in the Temporal Web UI; null when the platform knows none (TEMPORAL_UI_URL).',
    }),
    usage,
    error: failure,
    createdAt: timestamp,
    startedAt: timestamp,
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'RunSummary' });

export const run = runSummary
  .extend({
    input: z.unknown().meta({ description: 'The payload.' }),
    output: z.unknown().meta({ description: 'null until it has completed.' }),
  })
  .meta({ id: 'Run' });

export const summaryExample: z.input<typeof runSummary> = {
  id: ids.run,
  workspaceId: ids.workspace,
  roomId: null,
  kind: 'workflow',
  status: 'completed',
  workflowId: ids.workflow,
  version: 3,
  triggerType: 'api',
  triggerPolicyId: null,
  triggerMessageId: null,
  initiatorId: ids.ada,
  sessionId: null,
  taskId: null,
  parent: null,
  forkedFrom: null,
  temporalWorkflowId: `run:${ids.run}`,
  temporalUrl: `http://127.0.0.1:8233/namespaces/default/workflows/run%3A${ids.run}`,
  usage: usageExample,
  error: null,
  createdAt: at,
  startedAt: at,
  endedAt: '2026-03-02T09:30:02.000Z',
};

export const runExample: z.input<typeof run> = {
  ...summaryExample,
  input: { topic: 'photosynthesis' },
  output: { answer: { text: 'Leaves turn light into sugar.' } },
};

export const viewUsage = (row: {
  promptTokens: number;
  completionTokens: number;
  costMicros: bigint;
}): z.input<typeof usage> => ({
  promptTokens: row.promptTokens,
  completionTokens: row.completionTokens,
  costUsd: Number(row.costMicros) / 1e6,
});

/** Columns that lists leave out: they may be large. */
export const withoutValues = { input: true, output: true, edited: true } as const;

export function viewSummary(
  row: Omit<Run, keyof typeof withoutValues>,
  settings: Settings,
): z.input<typeof runSummary> {
  const { id, workspaceId, roomId, kind, status, workflowId, version, triggerType, triggerMessageId } = row;
  return {
    id,
    workspaceId,
    roomId,
    kind,
    status,
    workflowId,
    version,
    triggerType,
    triggerPolicyId: row.triggerPolicyId,
    triggerMessageId,
    initiatorId: row.initiatorId,
    sessionId: row.sessionId,
    taskId: row.taskId,
    parent: row.parentRunId === null ? null : { runId: row.parentRunId, nodeKey: row.parentKey ?? '' },
    forkedFrom: row.forkedFromId === null ? null : { runId: row.forkedFromId, nodeKeys: row.forkedAt },
    temporalWorkflowId: row.temporalId,
    temporalUrl: temporalUrl(row.temporalId, settings),
    usage: viewUsage(row),
    error: failure.catch(null).parse(row.error),
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

export const viewRun = (row: Run, settings: Settings): z.input<typeof run> => ({
  ...viewSummary(row, settings),
  input: row.input,
  output: row.output,
});

function temporalUrl(workflowId: string, { TEMPORAL_UI_URL, TEMPORAL_NAMESPACE }: Settings): string | null {
  if (TEMPORAL_UI_URL === undefined) return null;
  const path = `namespaces/${encodeURIComponent(TEMPORAL_NAMESPACE)}/workflows/${encodeURIComponent(workflowId)}`;
  return `${TEMPORAL_UI_URL.replace(/\/+$/, '')}/${path}`;
}
