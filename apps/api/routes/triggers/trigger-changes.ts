import { z } from 'zod';
import { addressOf } from '../../http/address';
import { defineRoute, type Route } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { fieldsOf } from '../../triggers/policy-columns';
import { furtherFields, neededFields, type PolicyFields } from '../../triggers/policy-fields';
import { changePolicy, deletePolicy } from '../../triggers/save-policy';
import { requireManageable } from '../../triggers/trigger-access';
import { defined } from '../defined';
import { ids } from '../examples';
import { uuid } from '../fields';
import { policy, policyExample } from './policy-schema';
import { viewPolicy } from './policy-view';

const tags = ['triggers'] as const;
const params = { id: uuid(ids.trigger) };

const changes = z
  .strictObject({
    ...furtherFields,
    name: neededFields.name.optional(),
    workflowId: neededFields.workflowId.optional(),
  })
  .refine((fields) => Object.keys(fields).length > 0, 'name at least one field to change');
type Changes = z.output<typeof changes>;

export const updateTrigger = defineRoute(
  {
    method: 'PATCH',
    path: '/triggers/{id}',
    summary: 'Change a trigger policy',
    description:
      'For admins, teachers and members, and for owners of the room if its scope is one. Fields that are left out stay; null sets the default; `scope` and `conditions` are replaced as a whole. A Schedule follows at once, or within a minute when Temporal is away. The event type stays.',
    tags,
    auth: 'user',
    params,
    body: { schema: changes, example: { thresholdMinutes: 15 } },
    responses: {
      200: { description: 'The policy as it is now.', schema: policy, example: policyExample },
    },
    errors: ['forbidden', 'room_not_found', 'trigger_not_found'],
  },
  async ({ params: { id }, body, user, ctx }, services) => {
    const found = await authorise(services.database, user, 'trigger:manage', { triggerId: id });
    const { policy: before, workspaceRole: role } = found;
    if (body.scope !== undefined)
      await requireManageable(services.database, user, { role }, body.scope.roomId ?? null);
    const fields = merged(fieldsOf(before), body);
    const { scope, conditions, version } = body;
    const workflowId = body.workflowId ?? (version === undefined ? undefined : fields.workflowId);
    const references = { ...defined({ scope, conditions, workflowId }), version: fields.version };
    const author = { userId: user.userId, address: ctx.ip };
    const changed = await changePolicy(services, before, fields, { references }, author);
    return { status: 200, body: await viewPolicy(services, changed, addressOf(ctx)) };
  },
);

/** A timer goes by one of interval and cron: naming the one drops the other. */
function merged(before: PolicyFields, changed: Changes): PolicyFields {
  const { intervalMinutes, cron } = changed;
  const dropped = {
    ...(intervalMinutes && cron === undefined ? { cron: null, timeZone: null } : {}),
    ...(cron && intervalMinutes === undefined ? { intervalMinutes: null } : {}),
  };
  return { ...before, ...dropped, ...defined(changed) };
}

export const deleteTrigger = defineRoute(
  {
    method: 'DELETE',
    path: '/triggers/{id}',
    summary: 'Delete a trigger policy',
    description:
      'For admins, teachers and members, and for owners of the room if its scope is one. Its firings go with it; runs that are under way go on.',
    tags,
    auth: 'user',
    params,
    responses: { 204: { description: 'The policy is gone.' } },
    errors: ['forbidden', 'trigger_not_found'],
  },
  async ({ params: { id }, user, ctx }, services) => {
    const { policy: found } = await authorise(services.database, user, 'trigger:manage', { triggerId: id });
    await deletePolicy(services, found, { userId: user.userId, address: ctx.ip });
    return { status: 204 };
  },
);

const toggle = (verb: 'enable' | 'disable', description: string): Route =>
  defineRoute(
    {
      method: 'POST',
      path: `/triggers/{id}/${verb}`,
      summary: `${verb === 'enable' ? 'Enable' : 'Disable'} a trigger policy`,
      description,
      tags,
      auth: 'user',
      params,
      responses: {
        200: {
          description: 'The policy as it is now.',
          schema: policy,
          example: { ...policyExample, enabled: verb === 'enable' },
        },
      },
      errors: ['forbidden', 'trigger_not_found'],
    },
    async ({ params: { id }, user, ctx }, services) => {
      const { policy: found } = await authorise(services.database, user, 'trigger:manage', { triggerId: id });
      const enabled = verb === 'enable';
      const author = { userId: user.userId, address: ctx.ip };
      const fields = { ...fieldsOf(found), enabled };
      const changed =
        found.enabled === enabled
          ? found
          : await changePolicy(services, found, fields, { action: `trigger_${verb}d` }, author);
      return { status: 200, body: await viewPolicy(services, changed, addressOf(ctx)) };
    },
  );

export const enableTrigger = toggle(
  'enable',
  'What happened while it was disabled does not fire. A timer goes on with its next time.',
);
export const disableTrigger = toggle(
  'disable',
  'Nothing fires; runs that are under way go on. The Schedule of a timer is paused.',
);
