import type { Json, JsonObject } from '../json';
import type { TriggerEvent } from './events';
import type { ActivePolicy, SkipReason } from './policy';

/** The policies that a host decides with. */
export interface HostTriggers {
  /** Counts changes of the workspace's policies. */
  version: number;
  /** Enabled ones in scope of the host, `timer` excepted, in the order they were made. */
  policies: ActivePolicy[];
}

/** Where a host stands when it decides over events that are no messages. */
export interface HostState {
  /** Present when it differs from the version asked with. */
  triggers?: HostTriggers;
  /** Of a room. */
  activity: { lastSeq: number; lastUserSeq: number; lastMessageAt: number | null } | null;
}

export type TriggerDecision = FireDecision | SkipDecision;

export interface FireDecision {
  type: 'fire';
  /** UUID derived from the policy and the event: decided twice, it is one firing and one run. */
  firingId: string;
  runId: string;
  policyId: string;
  /** The last one of a burst. */
  event: TriggerEvent;
  /** The newest of the burst, oldest first, `event` included. */
  events: TriggerEvent[];
  /** How many events it answers. */
  count: number;
  /** Input of the run. */
  input: Json;
}

export interface SkipDecision {
  type: 'skip';
  /** UUID derived from the execution, policy, session, reason and hour: skips that are alike are counted in one record. */
  firingId: string;
  policyId: string;
  reason: SkipReason;
  /** What exactly, for people. */
  detail: string | null;
  event: TriggerEvent;
  /** How many so far, in all. */
  count: number;
}

/** Decisions of one moment. */
export interface DecisionBatch {
  workspaceId: string;
  /** null: of the workspace's own host. */
  roomId: string | null;
  decisions: TriggerDecision[];
}

/** What became of a firing, in the order of the fire decisions. */
export type FiringOutcome =
  | { firingId: string; policyId: string; outcome: 'fired'; run: FiredRun }
  /** Starts when a run of the policy has ended. */
  | { firingId: string; policyId: string; outcome: 'queued' }
  | { firingId: string; policyId: string; outcome: 'skipped'; reason: SkipReason };

/** A run whose row is stored; it is to be started. */
export interface FiredRun {
  runId: string;
  workflowId: string;
  version: number;
  workflowName: string;
}

/** Local activities of those who decide: rooms, the workspace's host, timers. */
export interface TriggerActivities {
  /** @param version of the policies that the host has; 0: none. Fails with `room_gone` for a deleted room. */
  readHost(host: { workspaceId: string; roomId: string | null; version: number }): Promise<HostState>;
  /**
   * Records decisions and stores the runs of those that fire, all or nothing; tells the room. A decision that is known
   * keeps its outcome.
   */
  recordDecisions(batch: DecisionBatch): Promise<FiringOutcome[]>;
  /** What a timer needs to decide; null: the policy is gone, or is no timer. */
  readTimer(policyId: string): Promise<TimerState | null>;
}

export interface TimerState {
  policy: ActivePolicy;
  enabled: boolean;
  workspaceId: string;
  /** The scope. */
  roomId: string | null;
  /** Milliseconds since 1970; null: never. */
  lastFiredAt: number | null;
}

/** Activities of sweeps, on the `control` queue: they make calls to Temporal, so they are no local ones. */
export interface SweepActivities {
  /**
   * Tells the rooms in which a silence is due until `until` (and was not before the last sweep) to decide.
   * Calling it again tells them again: rooms fire once per silence.
   */
  sweepSilences(sweep: { policyId: string; until: number }): Promise<SweepResult>;
}

export interface SweepResult {
  /** Rooms that were told. */
  rooms: number;
}

/** `data` as the expressions of policies see it. */
export const eventVariable = ({ id, type, at, sessionId, data }: TriggerEvent): JsonObject => ({
  ...data,
  ...{ id, type, sessionId },
  at: new Date(at).toISOString(),
});
