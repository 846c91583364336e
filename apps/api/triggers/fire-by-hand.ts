import { v7 as uuidv7 } from 'uuid';
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

/** Stores the event, and tells who decides over it. @returns its id */
export async function fireByHand(
  { database, events }: Pick<ApiServices, 'database' | 'events'>,
  policy: TriggerPolicy,
  { payload, roomId, sessionId, by }: ManualFiring,
  author: Author,
): Promise<string> {
  const { id: policyId, workspaceId } = policy;
  const at = new Date();
  const event: TriggerEvent = {
    ...{ id: uuidv7(), type: 'manual', at: at.getTime(), depth: 0, policyId },
    sessionId: sessionId ?? roomId,
    data: { payload, by },
  };
  const { id, type, sessionId: session } = event;
  await database.$transaction(async (tx) => {
    await tx.triggerEvent.create({
      data: {
        ...{ id, workspaceId, roomId, policyId, type, sessionId: session, createdAt: at },
        data: { payload, by },
      },
    });
    await recordAudit(tx, auditOf('trigger_fired', policy, author));
  });
  events.send([{ workspaceId, roomId, event }]);
  return id;
}
