import {
  isGrpcServiceError,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleHandle,
} from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { triggerScheduleId } from '../../workflows/contracts/triggers/host';
import { revisionOf, scheduleOptions } from './schedule-options';
import { callTemporal } from './temporal-call';
import {
  ScheduleRefusedError,
  type DescribedSchedule,
  type ScheduledPolicy,
  type TriggerSchedules,
} from './trigger-schedules';

const idPrefix = triggerScheduleId('');

/** How long a page may wait for the state of a Schedule, in milliseconds. */
const lookDeadlineMs = 2000;

/** Makes up for times that were missed: all of them, in order. */
const overlap = ScheduleOverlapPolicy.BUFFER_ALL;

export function createTriggerSchedules(client: Client): TriggerSchedules {
  const handle = (policyId: string): ScheduleHandle => client.schedule.getHandle(triggerScheduleId(policyId));

  async function describe(policyId: string, deadlineMs?: number): Promise<DescribedSchedule | null> {
    const found = await ifThere(() => handle(policyId).describe(), deadlineMs);
    if (found === null) return null;
    const { state, info } = found;
    return {
      policyId,
      revision: revisionOf(state.note),
      paused: state.paused,
      nextAt: info.nextActionTimes,
      lastAt: info.recentActions.at(-1)?.takenAt ?? null,
    };
  }

  return {
    describe: (policyId) => describe(policyId, lookDeadlineMs),

    async sync(policy, missedSince) {
      let known = await describe(policy.id);
      if (known === null) {
        if (await create(policy, missedSince)) return 'created';
        known = await describe(policy.id);
      }
      if (known === null || isOf(known, policy)) return 'unchanged';
      const updated = await ifThere(() => handle(policy.id).update(() => scheduleOptions(policy)));
      return updated === null ? 'unchanged' : 'updated';
    },

    async remove(policyId) {
      await ifThere(() => handle(policyId).delete());
    },

    trigger: (policyId) => wasThere(() => handle(policyId).trigger()),

    backfill: (policyId, start, end) => wasThere(() => handle(policyId).backfill({ start, end, overlap })),

    async matching(policyId, from, to) {
      const scheduleId = triggerScheduleId(policyId);
      const { namespace } = client.options;
      const range = { startTime: msToTs(from.getTime()), endTime: msToTs(to.getTime()) };
      const found = await ifThere(() =>
        client.workflowService.listScheduleMatchingTimes({ namespace, scheduleId, ...range }),
      );
      return found === null ? null : found.startTime.map(({ seconds }) => new Date(Number(seconds) * 1000));
    },

    async *list() {
      for await (const { scheduleId, state } of client.schedule.list())
        if (scheduleId.startsWith(idPrefix)) {
          const policyId = scheduleId.slice(idPrefix.length);
          yield { policyId, revision: revisionOf(state.note), paused: state.paused };
        }
    },
  };

  /** false: somebody else was faster. */
  async function create(policy: ScheduledPolicy, missedSince: Date | undefined): Promise<boolean> {
    const { state, ...options } = scheduleOptions(policy);
    const backfill = missedSince === undefined ? [] : [{ start: missedSince, end: new Date(), overlap }];
    try {
      await ask(() =>
        client.schedule.create({
          scheduleId: triggerScheduleId(policy.id),
          ...options,
          state: { ...state, backfill },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ScheduleAlreadyRunning) return false;
      throw error;
    }
  }

  async function ask<T>(request: () => Promise<T>, deadlineMs?: number): Promise<T> {
    try {
      return await callTemporal(client, request, deadlineMs);
    } catch (error) {
      // So the client tells that the server does not take the spec.
      if (error instanceof TypeError) throw new ScheduleRefusedError(error.message, { cause: error });
      throw error;
    }
  }

  async function ifThere<T>(request: () => Promise<T>, deadlineMs?: number): Promise<T | null> {
    try {
      return await ask(request, deadlineMs);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async function wasThere(request: () => Promise<unknown>): Promise<boolean> {
    const done = await ifThere(async () => {
      await request();
      return true;
    });
    return done ?? false;
  }
}

/** It says the same, or what a later change of the policy says. */
const isOf = ({ revision, paused }: DescribedSchedule, policy: ScheduledPolicy): boolean =>
  revision !== null &&
  (revision > policy.revision || (revision === policy.revision && paused === !policy.enabled));

const grpcNotFound = 5;

function isMissing(error: unknown): boolean {
  const code: number | null = isGrpcServiceError(error) ? error.code : null;
  return error instanceof ScheduleNotFoundError || code === grpcNotFound;
}
