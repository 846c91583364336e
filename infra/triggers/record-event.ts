import { v7 as uuidv7 } from 'uuid';
import type { Prisma } from '../../prisma/generated/client';
import type { JsonObject } from '../../workflows/contracts/json';
import type { TriggerEventData, TriggerEventType } from '../../workflows/contracts/triggers/events';
import { toJsonText } from '../database/json-text';
import type { SentEvent } from '../temporal/trigger-gateway';

/** Something that happened, of a type that is stored with what happened. */
export interface NewEvent<Type extends 'member_joined' | 'artifact_changed'> {
  workspaceId: string;
  roomId: string | null;
  type: Type;
  data: TriggerEventData[Type];
  /** The run that did it; absent: a person. */
  runId?: string;
}

/** A row of `trigger_events`. */
export interface StoredEvent {
  id: string;
  workspaceId: string;
  roomId: string | null;
  policyId: string | null;
  type: string;
  sessionId: string | null;
  data: unknown;
  depth: number;
  createdAt: Date;
}

/**
 * Stores an event in the transaction of what happened, if some policy of the workspace waits for events of its type.
 * @returns what is to be sent once the transaction is over.
 */
export async function recordEvent<Type extends 'member_joined' | 'artifact_changed'>(
  tx: Prisma.TransactionClient,
  { workspaceId, roomId, type, data, runId }: NewEvent<Type>,
): Promise<SentEvent[]> {
  const stored = await tx.$queryRaw<StoredEvent[]>`
    INSERT INTO trigger_events (id, workspace_id, room_id, type, session_id, data, depth)
    SELECT ${uuidv7()}::uuid, ${workspaceId}::uuid, ${roomId}::uuid, ${type}, coalesce(${roomId}::text, run.session_id),
      ${toJsonText(data)}::jsonb, coalesce(run.trigger_depth, 0)
    FROM (SELECT) AS it LEFT JOIN runs run ON run.id = ${runId ?? null}::uuid AND run.workspace_id = ${workspaceId}::uuid
    WHERE EXISTS (SELECT FROM trigger_policies
      WHERE workspace_id = ${workspaceId}::uuid AND event_type = ${type} AND enabled)
    RETURNING id, workspace_id AS "workspaceId", room_id AS "roomId", policy_id AS "policyId", type,
      session_id AS "sessionId", data, depth, created_at AS "createdAt"`;
  return stored.map(sentEventOf);
}

/** The row of an event that is yet to be stored. */
export function eventRow({ workspaceId, roomId, event }: SentEvent) {
  const { id, type, at, sessionId, depth, data } = event;
  return {
    ...{ id, workspaceId, roomId, type, sessionId, depth, data },
    policyId: event.policyId ?? null,
    createdAt: new Date(at),
  } satisfies Prisma.TriggerEventUncheckedCreateInput;
}

/** An event on its way again, from its row. */
export function sentEventOf(row: StoredEvent): SentEvent {
  const { id, workspaceId, roomId, policyId, type, sessionId, data, depth, createdAt } = row;
  return {
    ...{ workspaceId, roomId },
    event: {
      ...{ id, depth, sessionId },
      type: type as TriggerEventType,
      at: createdAt.getTime(),
      ...(policyId === null ? {} : { policyId }),
      data: data as JsonObject,
    },
  };
}
