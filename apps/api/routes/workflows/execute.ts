import { z } from 'zod';
import type { HttpContext } from '../../http/context';
import { RunStatus } from '../../../../prisma/generated/enums';
import { TemporalUnavailableError } from '../../../../infra/temporal/room-gateway';
import { defineRoute } from '../../http/route';
import type { ApiServices } from '../../http/services';
import { invalid } from '../../http/validate';
import { authorise } from '../../identity/permissions';
import { roomOfWorkspace } from '../../runs/run-access';
import { findRunnable } from '../../runs/runnable';
import { ids } from '../examples';
import { uuid } from '../fields';
import { jsonValue } from '../json-value';
import { failure } from '../runs/run-views';
import { versionNumber } from './workflow-view';

/** Longest wait that `Prefer` may ask for, in seconds. */
const longestWait = 60;

export const sessionId = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: 'A name of yours for runs that belong together.', example: 'lesson-7' });

const ended = z
  .object({
    runId: uuid(ids.run),
    status: z.enum(RunStatus),
    output: z.unknown(),
    error: failure,
  })
  .meta({ id: 'EndedRun' });

/** The header of routes that can wait for a run. */
export const preferWait = {
  Prefer: z
    .string()
    .optional()
    .meta({ description: '`wait=` and seconds, 1 to 60 (RFC 7240).', example: 'wait=30' }),
} as const;

export const executeWorkflow = defineRoute(
  {
    method: 'POST',
    path: '/workflows/{id}/execute',
    summary: 'Run a workflow',
    description:
      'Answers at once with the id of the run. With `Prefer: wait=30` it waits up to that many seconds (at most 60) and answers the outcome, or 202 when the run goes on for longer.',
    tags: ['workflows'],
    auth: 'user',
    params: { id: uuid(ids.workflow) },
    idempotent: true,
    headers: preferWait,
    body: {
      schema: z.strictObject({
        payload: jsonValue.default({}).meta({
          description: '`input` of the graph; held to the input schema of its trigger.',
          example: { topic: 'photosynthesis' },
        }),
        sessionId: sessionId.optional(),
        version: versionNumber.optional().meta({ description: 'Default: the version published last.' }),
        roomId: uuid(ids.room).optional().meta({
          description:
            'The room that it posts to; without one it runs headless. Needs the right to write there.',
        }),
      }),
      example: { payload: { topic: 'photosynthesis' } },
    },
    responses: {
      200: {
        description: 'It has ended in time; `Preference-Applied` says that it was waited for.',
        schema: ended,
        example: {
          runId: ids.run,
          status: 'completed',
          output: { answer: { text: 'Leaves turn light into sugar.' } },
          error: null,
        },
      },
      202: {
        description: 'It runs.',
        schema: z.object({ runId: uuid(ids.run) }),
        example: { runId: ids.run },
      },
    },
    errors: [
      'forbidden',
      'workflow_not_found',
      'workflow_not_published',
      'version_not_found',
      'room_not_found',
      'temporal_unavailable',
    ],
  },
  async ({ params: { id }, body, user, ctx }, services) => {
    const { database, starts } = services;
    const wait = waitOf(ctx);
    const { workflow } = await authorise(database, user, 'workflow:execute', { workflowId: id });
    const { workspaceId } = workflow;
    if (body.roomId !== undefined) await roomOfWorkspace(database, user, body.roomId, workspaceId);
    const runnable = await findRunnable(database, { workspaceId, workflowId: id }, body.version ?? null);
    const runId = await starts.start({
      runnable,
      payload: body.payload,
      triggerType: 'api',
      initiatorId: user.userId,
      roomId: body.roomId ?? null,
      sessionId: body.sessionId ?? null,
    });
    if (wait === null) return { status: 202, body: { runId } };
    const headers = { 'Preference-Applied': `wait=${String(wait)}` };
    const outcome = await outcomeOf(services, runId, wait);
    return outcome === null
      ? { status: 202, headers, body: { runId } }
      : { status: 200, headers, body: outcome };
  },
);

/** Preferences that are not understood are ignored (RFC 7240), except for waits that cannot be. */
export function waitOf(ctx: HttpContext): number | null {
  const asked = /(?:^|[,;\s])wait\s*=\s*"?([^",;\s]*)/i.exec(ctx.get('Prefer'))?.[1];
  if (asked === undefined) return null;
  if (/^\d{1,3}$/.test(asked) && Number(asked) >= 1 && Number(asked) <= longestWait) return Number(asked);
  throw invalid([
    {
      path: 'header.prefer',
      code: 'invalid_value',
      message: `wait must be a whole number of seconds, 1 to ${String(longestWait)}`,
    },
  ]);
}

/** Waits for the end of a run; null: it goes on for longer. */
async function outcomeOf(
  { runs, database }: Pick<ApiServices, 'runs' | 'database'>,
  runId: string,
  seconds: number,
): Promise<z.input<typeof ended> | null> {
  const result = await runs.result(runId, seconds * 1000).catch((error: unknown) => {
    // It was started: when Temporal goes away meanwhile, the run goes on later.
    if (error instanceof TemporalUnavailableError) return null;
    throw error;
  });
  if (result === null) return null;
  const row = await database.run.findUnique({ where: { id: runId } });
  if (!row?.endedAt) return null;
  return { runId, status: row.status, output: row.output, error: failure.catch(null).parse(row.error) };
}
