import type { TimerSettings } from '../../workflows/contracts/triggers/timer';

/** Types of policies that a Temporal Schedule stands for. */
export const scheduledTypes = ['timer', 'silence'] as const;

/** A policy of one of these types, with what its Schedule is made from. */
export interface ScheduledPolicy {
  id: string;
  workspaceId: string;
  name: string;
  eventType: (typeof scheduledTypes)[number];
  /** The scope, if it is a room. */
  roomId: string | null;
  workflowId: string;
  /** Of `timer`. */
  timer: TimerSettings | null;
  enabled: boolean;
  revision: number;
  createdAt: Date;
}

export interface ScheduleState {
  policyId: string;
  /** Of the policy that it was made from; null: somebody else has written its note. */
  revision: number | null;
  paused: boolean;
}

export interface DescribedSchedule extends ScheduleState {
  /** The next times, at most ten, without jitter; of a paused one, when it would. */
  nextAt: Date[];
  /** When it acted last; null: never. */
  lastAt: Date | null;
}

/** Temporal does not take the times of a policy: it knows fewer time zones, for example. */
export class ScheduleRefusedError extends Error {
  constructor(
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`Temporal refuses the schedule: ${detail}`, options);
    this.name = 'ScheduleRefusedError';
  }
}

/** Most times that `matching` answers. */
export const mostMatching = 1000;

/** The Temporal Schedules of policies. Each call throws TemporalUnavailableError while Temporal is away. */
export interface TriggerSchedules {
  /**
   * Makes the Schedule as the policy says, unless it is that of this revision or a later one.
   * @param missedSince a Schedule that has to be made also acts for its times since then.
   * @throws ScheduleRefusedError
   */
  sync(policy: ScheduledPolicy, missedSince?: Date): Promise<'created' | 'updated' | 'unchanged'>;
  /** Does nothing when there is none. */
  remove(policyId: string): Promise<void>;
  /** Acts now, whatever the Schedule says. false: there is none. */
  trigger(policyId: string): Promise<boolean>;
  /** Acts for each of its times after `from`, up to `to`, one after the other. false: there is none. */
  backfill(policyId: string, from: Date, to: Date): Promise<boolean>;
  /** Its times after `from`, up to `to`: the first `mostMatching`. null: there is none. */
  matching(policyId: string, from: Date, to: Date): Promise<Date[] | null>;
  /** null: there is none. */
  describe(policyId: string): Promise<DescribedSchedule | null>;
  /** All of them, as Temporal's index has them: a little behind. */
  list(): AsyncIterable<ScheduleState>;
}
