import { v7 as uuidv7 } from 'uuid';
import { eventRow } from '../../../infra/triggers/record-event';
import type { TriggerPolicy } from '../../../prisma/generated/client';
import type { Json } from '../../../workflows/contracts/json';
import type { TriggerEvent } from '../../../workflows/contracts/triggers/events';
import type { ApiServices } from '../http/services';
import { recordAudit } from '../identity/audit';
import { auditOf, type Author } from './save-policy';

export interface ManualFiring {
  payload: Json;
  roomId: string | null;
  sessionId: string | null;
  by: { id: string; name: string };
}

/** Stores the event, and tells who decides over it. */
export async function fireByHand(
  { database, events }: Pick<ApiServices, 'database' | 'events'>,
  policy: TriggerPolicy,
  { payload, roomId, sessionId, by }: ManualFiring,
  author: Author,
): Promise<TriggerEvent> {
  const { id: policyId, workspaceId } = policy;
  const event: TriggerEvent = {
    ...{ id: uuidv7(), type: 'manual', at: Date.now(), depth: 0, policyId },
    sessionId: sessionId ?? roomId,
    data: { payload, by },
  };
  const sent = { workspaceId, roomId, event };
  await database.$transaction(async (tx) => {
    await tx.triggerEvent.create({ data: eventRow(sent) });
    await recordAudit(tx, auditOf('trigger_fired', policy, author));
  });
  events.send([sent]);
  return event;
}
