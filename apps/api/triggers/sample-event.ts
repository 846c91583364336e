import { randomUUID } from 'node:crypto';
import type { TriggerPolicy } from '../../../prisma/generated/client';
import type { JsonObject } from '../../../workflows/contracts/json';
import type {
  MessageEventData,
  TriggerEvent,
  TriggerEventType,
} from '../../../workflows/contracts/triggers/events';
import type { AuthorRole } from '../../../workflows/contracts/triggers/events';

/** What a person says of an event that did not happen. */
export interface Sample {
  /** Fields of `data`; those of messages also as `text`, `authorRole`, `authorKind`, `mentions`. */
  event: JsonObject;
  roomId: string | null;
  /** Milliseconds since 1970. */
  at: number;
  by: { id: string; name: string };
}

/** An event as the policy waits for it, with what is said of it; the rest is made up. */
export function sampleEvent(policy: TriggerPolicy, { event, roomId, at, by }: Sample): TriggerEvent {
  const type = policy.eventType as TriggerEventType;
  const aimed = ['webhook', 'silence', 'timer', 'manual'].includes(type);
  return {
    id: randomUUID(),
    type,
    at,
    depth: 0,
    sessionId: roomId ?? policy.sessionId,
    ...(aimed ? { policyId: policy.id } : {}),
    data:
      type === 'user_message' || type === 'agent_message'
        ? { ...messageData(type, event, by) }
        : { ...sampleData(policy, type, at, by), ...event },
  };
}

function messageData(
  type: 'user_message' | 'agent_message',
  { text, authorRole, authorKind, mentions, ...more }: JsonObject,
  by: Sample['by'],
): JsonObject {
  const kind = authorKind ?? (type === 'user_message' ? 'user' : 'agent');
  const role = authorRole ?? (kind === 'agent' ? 'agent' : 'student');
  const author: MessageEventData['author'] = {
    kind: kind as MessageEventData['author']['kind'],
    id: by.id,
    name: by.name,
    role: role as AuthorRole,
  };
  return { messageId: randomUUID(), text: text ?? '', author, mentions: mentions ?? [], ...more };
}

function sampleData(
  { workflowId, thresholdMinutes }: TriggerPolicy,
  type: Exclude<TriggerEventType, 'user_message' | 'agent_message'>,
  at: number,
  by: Sample['by'],
): JsonObject {
  const run = { runId: randomUUID(), workflowId, version: 1, triggerType: 'api' };
  const author = { kind: 'user', ...by };
  switch (type) {
    case 'member_joined':
      return { member: { id: randomUUID(), kind: 'user', userId: by.id, name: by.name } };
    case 'silence': {
      const minutes = thresholdMinutes ?? 1;
      return { minutes, since: new Date(at - minutes * 60_000).toISOString(), lastSeq: 1 };
    }
    case 'timer':
      return { scheduledAt: new Date(at).toISOString() };
    case 'webhook':
      return { body: {}, key: randomUUID() };
    case 'run_completed':
      return { ...run, output: null };
    case 'run_failed':
      return { ...run, error: { code: 'node_failed', detail: 'A step failed.' } };
    case 'approval_decided':
      return { ...run, approvalId: randomUUID(), nodeKey: 'ask', action: 'approve', by };
    case 'artifact_changed':
      return { artifactId: randomUUID(), version: 1, title: 'Notes', author };
    case 'manual':
      return { payload: {}, by };
  }
}
