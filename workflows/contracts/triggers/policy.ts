import type { AuthorRole, TriggerEventType } from './events';

/** A policy as those who decide need it: everything but what is looked up when it fires (workflow, version, limits). */
export interface ActivePolicy {
  id: string;
  name: string;
  eventType: TriggerEventType;
  /** Only events of this session; null: of all. */
  sessionId: string | null;
  conditions: TriggerConditions;
  debounce: { mode: DebounceMode; seconds: number };
  cooldownSeconds: number;
  quietHours: ResolvedQuietHours | null;
  /** Input of the run: CEL by name over `event` and `events`; null: the data of the (last) event. */
  input: Record<string, string> | null;
  /** Of `silence`. */
  thresholdMinutes: number | null;
}

export type DebounceMode = 'leading' | 'trailing';

/** All that are given must hold. */
export interface TriggerConditions {
  /** Of messages: who wrote it, one of these. */
  authorRoles?: AuthorRole[];
  /** Of messages: the text has one of these in it; case is ignored. */
  contains?: string[];
  /** Of messages: it addresses one of these agents (ids). */
  mentions?: string[];
  /** Of messages: at least so many of this type in the room since the last firing there, this one included. */
  minMessages?: number;
  /** Of runs and approvals: the run is of one of these workflows. */
  workflowIds?: string[];
  /** CEL over `event`, true or false. */
  expression?: string;
}

/** As people write it. From 22:00 to 07:00 goes over midnight; the same twice is the whole day. */
export interface QuietHours {
  /** `HH:MM`, the first minute in which nothing fires. */
  from: string;
  /** `HH:MM`, the first minute in which it may again. */
  to: string;
  /** IANA name. */
  timeZone: string;
  /** Days on which they begin: 1 Monday … 7 Sunday. Default: all. */
  days?: number[];
}

/**
 * With the offsets of the time zone, so that workflow code need not know time zones: those change, and a replay must decide
 * as at first.
 */
export interface ResolvedQuietHours extends QuietHours {
  /** Minutes to add to UTC from `at` (milliseconds since 1970) on; oldest first, the first in the past. */
  offsets: { at: number; minutes: number }[];
}

/** What happens to a firing when the policy has as many runs under way as it may. */
export const overLimits = ['skip', 'queue', 'replace'] as const;
export type OverLimit = (typeof overLimits)[number];

/** Every reason for which a policy does not fire, in words. The set is closed. */
export const skipReasons = {
  conditions_not_met: 'The conditions do not hold.',
  condition_failed: 'The condition’s expression could not be evaluated.',
  debounced: 'It belongs to the burst that the policy has answered already.',
  cooldown: 'The last firing was too short a while ago.',
  quiet_hours: 'Nothing fires in the quiet hours.',
  depth_limit: 'The event came of too many firings, one after the other.',
  rate_limit: 'Events made by runs let the policy fire too often.',
  concurrency: 'As many runs of the policy are under way as may be.',
  input_failed: 'The input of the run could not be made.',
  payload_invalid: 'The input does not satisfy the workflow’s input schema.',
  workflow_missing: 'The workflow, or the version named, is there no more, or was never published.',
  disabled: 'The policy is disabled.',
  scope_gone: 'The room or course is there no more.',
} as const;

export type SkipReason = keyof typeof skipReasons;
