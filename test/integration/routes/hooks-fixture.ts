import { randomBytes, randomUUID } from 'node:crypto';
import { newSecret, type StoredSecret } from '../../../infra/secrets/rotating-secrets';
import { createSecretBox } from '../../../infra/secrets/secret-box';
import { sign } from '../../../infra/webhooks/signature';
import type { Prisma, TriggerPolicy } from '../../../prisma/generated/client';
import type { Person } from '../../support/people';
import { secretKey, type Answer, type TestApi } from '../api/api-fixture';
import type { Failure } from './routes-fixture';

export interface Hook {
  policy: TriggerPolicy;
  /** Path of its address. */
  path: string;
  secret: string;
}

const box = createSecretBox(secretKey);

/** A secret that was made now. @param expiresAt ISO 8601; default: it is the current one. */
export function freshSecret(expiresAt: string | null = null): { secret: string; stored: StoredSecret } {
  const { secret, stored } = newSecret(box, new Date());
  return { secret, stored: { ...stored, expiresAt } };
}

/** A stored webhook policy, without what would make it known to anybody else. */
export async function newHook(
  { database }: TestApi,
  owner: Person,
  workflowId: string,
  more: Partial<Prisma.TriggerPolicyUncheckedCreateInput> = {},
): Promise<Hook> {
  const { secret, stored } = freshSecret();
  const policy = await database.triggerPolicy.create({
    data: {
      workspaceId: owner.workspaceId,
      name: 'Orders',
      eventType: 'webhook',
      workflowId,
      hookToken: randomBytes(24).toString('base64url'),
      hookSecrets: [{ ...stored }],
      createdById: owner.id,
      ...more,
    },
  });
  return { policy, secret, path: `/hooks/${policy.hookToken ?? ''}` };
}

export interface Sending {
  id?: string;
  /** Seconds from now. */
  away?: number;
  secrets?: string[];
  headers?: Record<string, string>;
  /** Sent in place of the body that is signed. */
  sent?: string;
  /** Below the address: `/test`, a query. */
  to?: string;
}

/** Headers of a signed request. */
export function signed(
  hook: Hook,
  body: string,
  { id = randomUUID(), away = 0, secrets, headers }: Sending = {},
) {
  const timestamp = Math.floor(Date.now() / 1000) + away;
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': sign(secrets ?? [hook.secret], id, timestamp, body),
    ...headers,
  };
}

export type HookAnswer = { eventId: string; status: string } & Failure;

/** Sends a body (as JSON unless it is text) to a webhook, signed unless `how` says otherwise. */
export function deliver<T = HookAnswer>(
  api: TestApi,
  hook: Hook,
  body: unknown,
  how: Sending = {},
): Promise<Answer<T>> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return api.call<T>('POST', `/${hook.path}${how.to ?? ''}`, {
    body: how.sent ?? text,
    headers: signed(hook, text, how),
  });
}

export const eventsOf = ({ database }: TestApi, { policy }: Hook) =>
  database.triggerEvent.findMany({
    where: { policyId: policy.id },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });

/** What its deliveries are listed as, newest first. */
export async function deliveriesOf(owner: Person, { policy }: Hook): Promise<Record<string, unknown>[]> {
  const { items } = await owner.must<{ items: Record<string, unknown>[] }>(
    'GET',
    `/triggers/${policy.id}/deliveries?limit=200`,
  );
  return items;
}
