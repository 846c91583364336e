import { z } from 'zod';
import { jsonValue } from '../json-value';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { cancelRunFor } from '../../runs/cancel-run';
import { forkRun } from '../../runs/fork-run';
import { findRun, requireWorkflowRun } from '../../runs/run-access';
import { ids } from '../examples';
import { uuid } from '../fields';

const tags = ['runs'] as const;
const params = { id: uuid(ids.run) };
const runId = z.object({ runId: uuid(ids.run) });
const taken = { description: 'The workflow has the request.', schema: runId, example: { runId: ids.run } };
const made = {
  description: 'The new run.',
  schema: runId,
  example: { runId: ids.fork },
};

export const cancelRun = defineRoute(
  {
    method: 'POST',
    path: '/runs/{id}/cancel',
    summary: 'Cancel a run',
    description: 'Then its clean-up branch runs, if it has one. Nothing happens when it has ended.',
    tags,
    auth: 'user',
    params,
    body: {
      schema: z.strictObject({
        mode: z.enum(['cancel', 'stop']).default('cancel').meta({
          description: '`cancel`: nodes at work are cancelled. `stop`: they are let finish; no other begins.',
          example: 'stop',
        }),
      }),
      example: { mode: 'stop' },
    },
    responses: { 202: taken },
    errors: ['forbidden', 'run_not_found', 'temporal_unavailable'],
  },
  async ({ params: { id }, body: { mode }, user, ctx }, services) => {
    await cancelRunFor(services, { user, runId: id, mode, address: ctx.ip });
    return { status: 202, body: { runId: id } };
  },
);

const holdRoute = (action: 'pause' | 'resume', description: string) =>
  defineRoute(
    {
      method: 'POST',
      path: `/runs/{id}/${action}`,
      summary: action === 'pause' ? 'Pause a run' : 'Resume a paused run',
      description,
      tags,
      auth: 'user',
      params,
      idempotent: true,
      responses: { 202: taken },
      errors: ['forbidden', 'run_not_found', 'not_for_turns', 'run_ended', 'temporal_unavailable'],
    },
    async ({ params: { id }, user }, { database, runs }) => {
      const found = await findRun(database, user, 'control', id);
      requireWorkflowRun(found);
      const taken = found.endedAt === null && (await runs[action](id, user.name));
      if (!taken) throw new ApiError('run_ended', 'The run has ended.');
      return { status: 202, body: { runId: id } };
    },
  );

export const pauseRun = holdRoute('pause', 'No node begins until it is resumed; those at work go on.');
export const resumeRun = holdRoute('resume', 'Nothing happens when it is not paused.');

export const retryRun = defineRoute(
  {
    method: 'POST',
    path: '/runs/{id}/retry',
    summary: 'Retry a failed or cancelled run',
    description:
      'Makes a run of the same version that takes over what was done, and begins again at every node that failed or was cancelled.',
    tags,
    auth: 'user',
    params,
    idempotent: true,
    responses: { 202: made },
    errors: [
      'forbidden',
      'run_not_found',
      'workflow_not_found',
      'workflow_not_published',
      'version_not_found',
      'not_for_turns',
      'run_not_ended',
      'nothing_to_retry',
      'temporal_unavailable',
    ],
  },
  async ({ params: { id }, user, ctx }, services) => {
    const old = await findRun(services.database, user, 'control', id);
    const by = { userId: user.userId, address: ctx.ip };
    return { status: 202, body: { runId: await forkRun(services, { old, by }) } };
  },
);

export const forkFrom = defineRoute(
  {
    method: 'POST',
    path: '/runs/{id}/fork',
    summary: 'Fork a run',
    description:
      'Makes a run of the same version that takes over every outcome which does not depend on the node, and begins again there. Nothing that is taken over is executed or paid again. Of a loop over a list the other iterations are taken over, of a loop until a condition the earlier ones. A run may be forked while it goes on, once it has reached the node.',
    tags,
    auth: 'user',
    params,
    idempotent: true,
    body: {
      schema: z.strictObject({
        nodeKey: z.string().min(1).max(1000).meta({
          description: '`key` of a step of the run: `research`, in a loop `each[3]/write`.',
          example: 'answer',
        }),
        input: jsonValue.optional().meta({
          description: 'Instead of the input of that node; of the trigger: instead of the payload.',
          example: { prompt: 'Explain it to a child.' },
        }),
      }),
      example: { nodeKey: 'answer', input: { prompt: 'Explain it to a child.' } },
    },
    responses: { 202: made },
    errors: [
      'forbidden',
      'run_not_found',
      'workflow_not_found',
      'workflow_not_published',
      'version_not_found',
      'not_for_turns',
      'fork_point_not_reached',
      'temporal_unavailable',
    ],
  },
  async ({ params: { id }, body: { nodeKey, input }, user, ctx }, services) => {
    const old = await findRun(services.database, user, 'control', id);
    const by = { userId: user.userId, address: ctx.ip };
    const at = { nodeKey, ...(input === undefined ? {} : { input }) };
    return { status: 202, body: { runId: await forkRun(services, { old, by, at }) } };
  },
);
