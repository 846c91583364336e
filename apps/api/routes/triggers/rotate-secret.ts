import { z } from 'zod';
import { newSecret, rotateSecrets, storedSecrets } from '../../../../infra/secrets/rotating-secrets';
import { ApiError } from '../../http/problems';
import { defineRoute } from '../../http/route';
import { recordAudit } from '../../identity/audit';
import { authorise } from '../../identity/permissions';
import { auditOf } from '../../triggers/save-policy';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';

/** How long the secrets before stay valid unless the request says otherwise, in seconds. */
const defaultGrace = 86_400;

export const rotateTriggerSecret = defineRoute(
  {
    method: 'POST',
    path: '/triggers/{id}/rotate-secret',
    summary: 'Give a webhook a new secret',
    description:
      'The text is in this answer only. The secrets before stay valid for `graceSeconds`, so that senders can change over.',
    tags: ['triggers'],
    auth: 'user',
    params: { id: uuid(ids.trigger) },
    idempotent: true,
    body: {
      schema: z.strictObject({
        graceSeconds: z.int().min(0).max(2_592_000).default(defaultGrace).meta({ example: 3600 }),
      }),
      example: { graceSeconds: 3600 },
    },
    responses: {
      200: {
        description: 'The secret.',
        schema: z
          .object({ id: z.string(), secret: z.string(), createdAt: timestamp })
          .meta({ id: 'NewTriggerSecret' }),
        example: {
          id: '4f0c1b5e-8a67-4a39-9d0e-2f4b6c8d0e1f',
          secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
          createdAt: at,
        },
      },
    },
    errors: ['forbidden', 'trigger_not_found', 'trigger_not_a_webhook'],
  },
  async ({ params: { id }, body: { graceSeconds }, user, ctx }, { database, secrets }) => {
    const { policy } = await authorise(database, user, 'trigger:manage', { triggerId: id });
    if (policy.hookToken === null)
      throw new ApiError('trigger_not_a_webhook', `It waits for ${policy.eventType}.`);
    const now = new Date();
    const { secret, stored } = newSecret(secrets, now);
    await database.$transaction(async (tx) => {
      const [row] = await tx.$queryRaw<{ secrets: unknown }[]>`
        SELECT hook_secrets AS secrets FROM trigger_policies WHERE id = ${id}::uuid FOR UPDATE`;
      if (row === undefined) throw new ApiError('trigger_not_found', 'The trigger policy was deleted.');
      const rotated = rotateSecrets(storedSecrets.parse(row.secrets), stored, now, graceSeconds);
      await tx.triggerPolicy.update({
        where: { id },
        data: { hookSecrets: rotated, updatedAt: now },
      });
      const author = { userId: user.userId, address: ctx.ip };
      await recordAudit(tx, auditOf('trigger_secret_rotated', policy, author));
    });
    return { status: 200, body: { id: stored.id, secret, createdAt: stored.createdAt } };
  },
);
