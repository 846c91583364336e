import { v7 as uuidv7 } from 'uuid';
import { eventRow } from '../../../infra/triggers/record-event';
import type { TriggerPolicy } from '../../../prisma/generated/client';
import type { TriggerEvent } from '../../../workflows/contracts/triggers/events';
import { ApiError } from '../http/problems';
import type { ApiServices } from '../http/services';
import type { HookMessage } from './hook-message';

export interface Accepted {
  event: TriggerEvent;
  /** The same message was accepted before. */
  duplicate: boolean;
}

/** @param sessionId as the sender says; default: of the policy's scope. */
export const hookEvent = (
  { id, sessionId: scope, roomId }: TriggerPolicy,
  { body, key }: Pick<HookMessage, 'body' | 'key'>,
  sessionId: string | undefined,
): TriggerEvent => ({
  id: uuidv7(),
  type: 'webhook',
  at: Date.now(),
  depth: 0,
  sessionId: sessionId ?? scope ?? roomId,
  policyId: id,
  data: { body, key },
});

/**
 * Stores the event once, and tells who decides over it. When that cannot be told now, the event is found unsent and told
 * later.
 * @throws ApiError `idempotency_key_reused`
 */
export async function acceptEvent(
  services: Pick<ApiServices, 'database' | 'events'>,
  policy: TriggerPolicy,
  message: HookMessage,
  event: TriggerEvent,
): Promise<Accepted> {
  const { key, messageId, bodyHash } = message;
  const { id: policyId, workspaceId, roomId } = policy;
  const sent = { workspaceId, roomId, event };
  const { count } = await services.database.triggerEvent.createMany({
    data: { ...eventRow(sent), key, messageId, bodyHash },
    skipDuplicates: true,
  });
  if (count === 0) return { event: await sameEvent(services, policyId, message, event), duplicate: true };
  services.events.send([sent]);
  return { event, duplicate: false };
}

/** The one that was accepted with this key. */
async function sameEvent(
  { database }: Pick<ApiServices, 'database'>,
  policyId: string,
  { key, bodyHash }: HookMessage,
  event: TriggerEvent,
): Promise<TriggerEvent> {
  const known = await database.triggerEvent.findUnique({
    where: { policyId_key: { policyId, key } },
    select: { id: true, bodyHash: true, sessionId: true, createdAt: true },
  });
  if (known === null)
    throw new ApiError('idempotency_key_reused', 'This webhook-id was sent with another Idempotency-Key.');
  if (known.bodyHash !== bodyHash || known.sessionId !== event.sessionId)
    throw new ApiError('idempotency_key_reused', 'This key was sent with another body or session.');
  return { ...event, id: known.id, at: known.createdAt.getTime() };
}
