import { z } from 'zod';
import { triggerEventTypes } from '../../../../workflows/contracts/triggers/events';
import { queryFlag } from '../../http/query';
import { addressOf } from '../../http/address';
import { defineRoute } from '../../http/route';
import { authorise } from '../../identity/permissions';
import { newPolicy } from '../../triggers/policy-fields';
import { createPolicy } from '../../triggers/save-policy';
import { requireManageable, visiblePolicies } from '../../triggers/trigger-access';
import { defined } from '../defined';
import { ids } from '../examples';
import { idPage, listOf, uuid } from '../fields';
import { most } from '../limits';
import { policy, policyExample } from './policy-schema';
import { viewPolicies, viewPolicy } from './policy-view';

const tags = ['triggers'] as const;

export const getTriggers = defineRoute(
  {
    method: 'GET',
    path: '/triggers',
    summary: 'List trigger policies',
    description: 'Those for rooms only if you may see the room.',
    tags,
    auth: 'user',
    workspace: 'trigger:read',
    query: {
      ...idPage,
      eventType: z.enum(triggerEventTypes).optional(),
      workflowId: uuid(ids.workflow).optional(),
      roomId: uuid(ids.room).optional().meta({ description: 'Those whose scope is this room.' }),
      enabled: queryFlag.optional(),
    },
    responses: {
      200: {
        description: 'A page of trigger policies, the oldest first.',
        schema: listOf(policy),
        example: { items: [policyExample], nextCursor: null },
      },
    },
    errors: [],
  },
  async ({ ctx, query: { limit, cursor, ...filters }, user, workspace }, services) => {
    const rows = await services.database.triggerPolicy.findMany({
      where: {
        workspaceId: workspace.id,
        ...visiblePolicies(user, workspace.role),
        ...defined(filters),
        ...(cursor === undefined ? {} : { id: { gt: cursor } }),
      },
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    const shown = rows.slice(0, limit);
    const nextCursor = rows.length > limit ? (shown.at(-1)?.id ?? null) : null;
    return { status: 200, body: { items: await viewPolicies(services, shown, addressOf(ctx)), nextCursor } };
  },
);

const secretText = z.string().meta({
  description: 'Of webhooks: the secret that requests are signed with. It is shown only now.',
  example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
});

export const createTrigger = defineRoute(
  {
    method: 'POST',
    path: '/triggers',
    summary: 'Create a trigger policy',
    description: `For admins, teachers and members, and for owners of the room if its scope is one. A workspace has at most ${String(most.triggersPerWorkspace)}.`,
    tags,
    auth: 'user',
    workspace: 'trigger:read',
    idempotent: true,
    body: {
      schema: newPolicy,
      example: {
        name: 'Ask when it is quiet',
        eventType: 'silence',
        scope: { roomId: ids.room },
        thresholdMinutes: 10,
        quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' },
        workflowId: ids.workflow,
      },
    },
    responses: {
      201: {
        description: 'The trigger policy.',
        schema: policy.extend({ secret: secretText.optional() }).meta({ id: 'NewTriggerPolicy' }),
        example: policyExample,
      },
    },
    errors: ['forbidden', 'limit_reached', 'room_not_found'],
  },
  async ({ body, user, workspace, ctx }, services) => {
    await requireManageable(services.database, user, workspace, body.scope?.roomId ?? null);
    const author = { userId: user.userId, address: ctx.ip };
    const { policy: created, secret } = await createPolicy(services, workspace.id, body, author);
    const view = await viewPolicy(services, created, addressOf(ctx));
    return { status: 201, body: secret === null ? view : { ...view, secret } };
  },
);

export const getTrigger = defineRoute(
  {
    method: 'GET',
    path: '/triggers/{id}',
    summary: 'Read a trigger policy',
    tags,
    auth: 'user',
    params: { id: uuid(ids.trigger) },
    responses: { 200: { description: 'The trigger policy.', schema: policy, example: policyExample } },
    errors: ['trigger_not_found'],
  },
  async ({ params: { id }, user, ctx }, services) => {
    const { policy: found } = await authorise(services.database, user, 'trigger:read', { triggerId: id });
    return { status: 200, body: await viewPolicy(services, found, addressOf(ctx)) };
  },
);
