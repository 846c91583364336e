import type { Json, JsonObject } from '../json';

/** What a trigger policy can wait for. */
export const triggerEventTypes = [
  'user_message',
  'agent_message',
  'member_joined',
  'silence',
  'timer',
  'webhook',
  'run_completed',
  'run_failed',
  'approval_decided',
  'artifact_changed',
  'manual',
] as const;

export type TriggerEventType = (typeof triggerEventTypes)[number];

/** Something happened that policies may answer. */
export interface TriggerEvent {
  /** UUID: the same event twice is one. */
  id: string;
  type: TriggerEventType;
  /** When it happened, in milliseconds since 1970. */
  at: number;
  /** 0: a person or the outside did it. n: it is what a run did that came of n firings, one after the other. */
  depth: number;
  /** Room, or session of headless runs, that it belongs to; null: neither. */
  sessionId: string | null;
  /** Only this policy is meant: of webhooks, silences, timers and manual ones. */
  policyId?: string;
  /** Fields of `event` in expressions besides `id`, `type`, `at`, `sessionId`: the shapes below. */
  data: JsonObject;
}

/** `data` of a message. */
export interface MessageEventData {
  messageId: string;
  text: string;
  author: { kind: 'user' | 'agent' | 'system'; id: string | null; name: string; role: AuthorRole };
  /** Ids of the agents that it addresses. */
  mentions: string[];
}

/** Of a person: their role in the workspace, `guest` without one. */
export const authorRoles = ['admin', 'teacher', 'student', 'member', 'guest', 'agent', 'system'] as const;
export type AuthorRole = (typeof authorRoles)[number];

/** `data` of the others, by type. */
export interface TriggerEventData {
  member_joined: {
    member: { id: string; kind: 'user' | 'agent'; userId?: string; agentId?: string; name: string };
  };
  /** `since`: ISO 8601 time of the newest message. */
  silence: { minutes: number; since: string; lastSeq: number };
  timer: { scheduledAt: string };
  webhook: { body: Json; key: string };
  run_completed: { runId: string; workflowId: string; version: number; triggerType: string; output: Json };
  run_failed: {
    runId: string;
    workflowId: string;
    version: number;
    triggerType: string;
    error: { code: string; detail: string };
  };
  approval_decided: {
    approvalId: string;
    runId: string;
    workflowId: string;
    nodeKey: string;
    action: string;
    by: { id: string; name: string };
  };
  artifact_changed: {
    artifactId: string;
    version: number;
    title: string;
    author: { kind: 'user' | 'agent' | 'system'; id: string | null; name: string };
  };
  manual: { payload: Json; by: { id: string; name: string } };
}

/** Most firings in a chain, each of which came of the run of the one before. */
export const maxTriggerDepth = 5;
/** Most firings a minute of one policy in one session by events that runs made (depth above 0). */
export const ownFiringsPerMinute = 10;
/** A burst of events that never pauses ends after this many windows. */
export const longestBurstWindows = 10;
/** Of a burst, the newest events go into the run's `trigger.events`; their texts together have at most so many characters. */
export const burstEvents = 50;
export const burstChars = 50_000;
/** Window of the debounce where a policy names none, in seconds. */
export const defaultDebounceSeconds: Readonly<Record<TriggerEventType, number>> = {
  user_message: 10,
  agent_message: 10,
  member_joined: 10,
  artifact_changed: 10,
  // Each of these counts by itself.
  silence: 0,
  timer: 0,
  webhook: 0,
  run_completed: 0,
  run_failed: 0,
  approval_decided: 0,
  manual: 0,
};
