import { z } from 'zod';
import { storedSecrets, validSecrets } from '../../../../infra/secrets/rotating-secrets';
import type { WebhookSubscription } from '../../../../prisma/generated/client';
import { webhookEventTypes } from '../../../../workflows/contracts/webhooks';
import { line } from '../../http/name-fields';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';
import { secretExample, secretView, viewSecret } from '../secret-view';

/** Longest URL of a receiver, in characters. */
const maxUrl = 2000;

export const webhookParts = {
  name: line(120).meta({ example: 'Our server' }),
  url: z.string().trim().min(1).max(maxUrl).meta({
    description:
      'Where events are sent: https or http, without user name and password. Internal addresses are refused, when it is saved and at every call.',
    example: 'https://hooks.example.org/coagent',
  }),
  eventTypes: z
    .array(z.enum(webhookEventTypes))
    .min(1)
    .max(webhookEventTypes.length)
    .refine((types) => new Set(types).size === types.length, 'must not name a type twice')
    .meta({
      description: 'What is sent. `violation.reported` is sent by guardrails.',
      example: ['run.completed', 'run.failed'],
    }),
  roomId: uuid(ids.room).nullable().meta({
    description: 'Only events of this room; null: of the whole workspace.',
    example: null,
  }),
  enabled: z.boolean().meta({
    description: 'While it is not, nothing is sent, and what happens is not kept for it.',
    example: true,
  }),
} as const;

export const webhook = z
  .object({
    id: uuid(ids.webhook),
    workspaceId: uuid(ids.workspace),
    ...webhookParts,
    disabledAt: timestamp.nullable().meta({ description: 'When the platform disabled it.', example: null }),
    disabledReason: z.string().nullable().meta({ example: null }),
    failingSince: timestamp.nullable().meta({
      description: 'Since when nothing came through; null: the last delivery did.',
      example: null,
    }),
    secrets: z
      .array(secretView)
      .meta({ description: 'Each signs until it expires; the newest comes first.' }),
    createdById: uuid(ids.ada).nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'Webhook', description: 'Sends events of a workspace to a server of yours.' });

export const webhookWithSecret = webhook
  .extend({ secret: z.string().meta({ description: 'Verifies signatures. It is shown this once.' }) })
  .meta({ id: 'WebhookWithSecret' });

export const webhookExample: z.input<typeof webhook> = {
  id: ids.webhook,
  workspaceId: ids.workspace,
  name: 'Our server',
  url: 'https://hooks.example.org/coagent',
  eventTypes: ['run.completed', 'run.failed'],
  roomId: null,
  enabled: true,
  disabledAt: null,
  disabledReason: null,
  failingSince: null,
  secrets: [secretExample],
  createdById: ids.ada,
  createdAt: at,
};

export const withSecretExample: z.input<typeof webhookWithSecret> = {
  ...webhookExample,
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
};

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;

export function viewWebhook(row: WebhookSubscription): z.input<typeof webhook> {
  const { id, workspaceId, name, url, roomId, enabled, disabledReason, createdById } = row;
  return {
    ...{ id, workspaceId, name, url, roomId, enabled, disabledReason, createdById },
    eventTypes: z.array(z.enum(webhookEventTypes)).parse(row.eventTypes),
    disabledAt: iso(row.disabledAt),
    failingSince: iso(row.failingSince),
    secrets: validSecrets(storedSecrets.parse(row.secrets), new Date()).map(viewSecret),
    createdAt: row.createdAt.toISOString(),
  };
}
