import type { TriggerEvent } from '../contracts/triggers/events';
import type { ActivePolicy, SkipReason } from '../contracts/triggers/policy';
import type { OpenBurst } from './bursts';
import type { PolicyState } from './states';

/** A policy fires. */
export interface Fired {
  policy: ActivePolicy;
  key: string;
  sessionId: string | null;
  /** In milliseconds since 1970. */
  at: number;
  burst: OpenBurst;
  /** Where the policy stood before. */
  before: PolicyState;
}

/** A policy does not fire. */
export interface Skipped {
  policyId: string;
  sessionId: string | null;
  reason: SkipReason;
  detail: string | null;
  event: TriggerEvent;
  /** How many events. */
  count: number;
  /** Of the policy in the session, in milliseconds since 1970; undefined: never. */
  lastFiredAt: number | undefined;
}

/** Who is told what was decided. */
export interface Verdicts {
  fired(firing: Fired): void;
  skipped(skip: Skipped): void;
  /** A burst ends at this time, in milliseconds since 1970, unless more events follow. */
  waits(until: number): void;
}
