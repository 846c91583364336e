import type { HostTriggers } from './activities';
import type { TriggerEvent } from './events';

/**
 * Who decides over events: the workflow of their room, and one workflow of the workspace for events without a room. Each
 * is the single writer of what it decides.
 */
export const triggersWorkflowId = (workspaceId: string): string => `triggers:${workspaceId}`;
export const triggersWorkflowType = 'triggersWorkflow';

export const hostMessages = {
  /** Signal `[TriggerEvent[]]`, of rooms and of the workspace's host. Known events are left out. */
  events: 'triggerEvents',
  /** Query: HostProgress. */
  progress: 'triggers',
} as const;

export interface TriggersWorkflowInput {
  workspaceId: string;
  carried?: CarriedHost;
}

export interface CarriedHost {
  /** Absent: the workspace has no policies. */
  triggers?: CarriedTriggers;
  /** Ids of the newest events. */
  seen: string[];
  inbox: TriggerEvent[];
}

/** What a host hands over at continue-as-new. */
export interface CarriedTriggers {
  loaded: HostTriggers;
  /** When the policies were read, in milliseconds since 1970: offsets of time zones are known for a while only. */
  loadedAt: number;
  /** By `policyId/sessionId`. */
  states: Record<string, PolicyState>;
  /** Events of the bursts, each once: policies that wait for the same have the same in their bursts. */
  events: TriggerEvent[];
  /** Silences that become due later, by policy id: when, in milliseconds since 1970. */
  silences: Record<string, number>;
}

/** Of one policy in one session. */
export interface PolicyState {
  /** Milliseconds since 1970. */
  lastFiredAt?: number;
  /** Messages since the last firing. */
  messages?: number;
  /** Times of the firings in the last minute by events that runs made. */
  own?: number[];
  /** Of a silence policy: the newest message of a person in the last silence that was decided. */
  silentSince?: number;
  burst?: Burst;
}

/** Events that follow each other within the window. */
export interface Burst {
  /** The first one's id names the firing. */
  firstId: string;
  firstAt: number;
  lastAt: number;
  /** How many events. */
  count: number;
  /** The largest among the events. */
  depth: number;
  /** Ids of the newest, oldest first; empty once it was answered (`leading`). */
  eventIds: string[];
}

export interface HostProgress {
  /** Policies in scope. */
  policies: number;
  /** Bursts under way, with when they end at the earliest (ISO 8601). */
  bursts: { policyId: string; sessionId: string | null; count: number; endsAt: string }[];
}

/** Schedules of policies and the workflows that they start: `trigger:{policyId}`, with the time appended by Temporal. */
export const triggerScheduleId = (policyId: string): string => `trigger:${policyId}`;
export const timerWorkflowType = 'timerWorkflow';
export const silenceWorkflowType = 'silenceWorkflow';

export interface ScheduledTriggerInput {
  policyId: string;
  workspaceId: string;
}

/** How often sweeps look for silences, in seconds; they look as far ahead, so that rooms fire to the second. */
export const sweepSeconds = 60;
