import { z } from 'zod';
import { mostMatching } from '../../../../infra/temporal/trigger-schedules';
import { scheduledPolicy } from '../../../../infra/triggers/scheduled-policy';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { invalid } from '../../http/validate';
import { recordAudit } from '../../identity/audit';
import { authorise } from '../../identity/permissions';
import { auditOf } from '../../triggers/save-policy';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';

const longestDays = 31;
const dayMs = 86_400_000;

export const backfillTrigger = defineRoute(
  {
    method: 'POST',
    path: '/triggers/{id}/backfill',
    summary: 'Make up for times of a timer',
    description: `Each time of the timer between the two that has not fired yet fires now, one after the other. At most ${String(longestDays)} days and ${String(mostMatching)} firings, none of them in the future.`,
    tags: ['triggers'],
    auth: 'user',
    params: { id: uuid(ids.trigger) },
    idempotent: true,
    body: {
      schema: z.strictObject({ from: timestamp, to: timestamp }),
      example: { from: '2026-03-01T09:30:00.000Z', to: at },
    },
    responses: {
      202: {
        description: 'They fire.',
        schema: z.object({ times: z.int().meta({ description: 'How many times there are.' }) }),
        example: { times: 4 },
      },
    },
    errors: [
      'forbidden',
      'temporal_unavailable',
      'trigger_not_a_timer',
      'trigger_not_found',
      'trigger_not_scheduled',
    ],
  },
  async ({ params: { id }, body, user, ctx }, { database, schedules }) => {
    const { policy } = await authorise(database, user, 'trigger:manage', { triggerId: id });
    const scheduled = scheduledPolicy(policy);
    if (scheduled?.eventType !== 'timer')
      throw new ApiError('trigger_not_a_timer', `It waits for ${policy.eventType}.`);
    const [from, to] = [new Date(body.from), new Date(body.to)];
    if (from >= to) throw refused('must be later than from');
    if (to.getTime() > Date.now()) throw refused('must not be in the future');
    if (to.getTime() - from.getTime() > longestDays * dayMs)
      throw refused(`must be at most ${String(longestDays)} days after from`);
    await schedules.sync(scheduled);
    // Temporal leaves the beginning itself out.
    const start = new Date(from.getTime() - 1);
    const times = await schedules.matching(id, start, to);
    const last = times?.at(-1);
    const further = times?.length === mostMatching && last ? await schedules.matching(id, last, to) : [];
    if ((further?.length ?? 0) > 0)
      throw refused(`must be earlier: there are more than ${String(mostMatching)} times between the two`);
    if (times === null || !(await schedules.backfill(id, start, to)))
      throw new ApiError('trigger_not_scheduled', 'Temporal does not have the Schedule of the policy.');
    const author = { userId: user.userId, address: ctx.ip };
    await database.$transaction((tx) => recordAudit(tx, auditOf('trigger_backfilled', policy, author)));
    return { status: 202, body: { times: times.length } };
  },
);

const refused = (message: string): ApiError => invalid([{ path: 'body.to', code: 'invalid_value', message }]);
