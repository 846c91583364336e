import type { ScheduleOptions, ScheduleSpec } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { searchAttributes } from '../../workflows/contracts/search-attributes';
import {
  silenceWorkflowType,
  sweepSeconds,
  timerWorkflowType,
  triggerScheduleId,
} from '../../workflows/contracts/triggers/host';
import type { Overlap } from '../../workflows/contracts/triggers/timer';
import type { ScheduledPolicy } from './trigger-schedules';

const overlapPolicies = {
  skip: 'SKIP',
  buffer_one: 'BUFFER_ONE',
  buffer_all: 'BUFFER_ALL',
  cancel_other: 'CANCEL_OTHER',
  terminate_other: 'TERMINATE_OTHER',
  allow_all: 'ALLOW_ALL',
} as const satisfies Record<Overlap, string>;

/** The least that Temporal takes, in seconds: sweeps that were missed need no repeating, the next one looks further back. */
const leastCatchupSeconds = 10;

/** What the Schedule of a policy is, but for its id. Lists of Schedules show the note, so it tells the revision. */
export function scheduleOptions(policy: ScheduledPolicy) {
  const { workspaceId, roomId, workflowId, timer, enabled, revision } = policy;
  const typedSearchAttributes = new TypedSearchAttributes([
    { key: searchAttributes.WorkspaceId, value: workspaceId },
    ...(roomId === null ? [] : [{ key: searchAttributes.RoomId, value: roomId }]),
    { key: searchAttributes.DefinitionId, value: workflowId },
    { key: searchAttributes.TriggerType, value: policy.eventType },
    { key: searchAttributes.Initiator, value: `trigger:${policy.id}` },
  ]);
  return {
    spec: specOf(policy),
    action: {
      type: 'startWorkflow',
      workflowType: timer === null ? silenceWorkflowType : timerWorkflowType,
      workflowId: triggerScheduleId(policy.id),
      taskQueue: 'control',
      args: [{ policyId: policy.id, workspaceId }],
      memo: { revision },
      typedSearchAttributes,
      workflowTaskTimeout: '5s',
      staticSummary: policy.name,
    },
    policies: {
      overlap: overlapPolicies[timer?.overlap ?? 'skip'],
      catchupWindow: (timer?.catchupSeconds ?? leastCatchupSeconds) * 1000,
      pauseOnFailure: false,
    },
    typedSearchAttributes,
    state: { paused: !enabled, note: noteOf(revision) },
  } satisfies Omit<ScheduleOptions, 'scheduleId'>;
}

function specOf({ timer, createdAt }: ScheduledPolicy): ScheduleSpec {
  if (timer === null) return { intervals: [{ every: sweepSeconds * 1000 }] };
  const { intervalMinutes, cron, timeZone, jitterSeconds, startAt, endAt } = timer;
  const limits = {
    ...(startAt === null ? {} : { startAt: new Date(startAt) }),
    ...(endAt === null ? {} : { endAt: new Date(endAt) }),
    jitter: jitterSeconds * 1000,
  };
  if (cron !== null) return { cronExpressions: [cron], timezone: timeZone ?? 'UTC', ...limits };
  const every = (intervalMinutes ?? 1) * 60_000;
  // Temporal counts from 1970, in whole seconds.
  const from = Math.floor((startAt === null ? createdAt : new Date(startAt)).getTime() / 1000) * 1000;
  return { intervals: [{ every, offset: from % every }], ...limits };
}

const noteOf = (revision: number): string => `Revision ${String(revision)} of the trigger policy`;

/** null: it is not a note of ours. */
export function revisionOf(note: string | undefined): number | null {
  const revision = /^Revision (\d+) of the trigger policy$/.exec(note ?? '')?.[1];
  return revision === undefined ? null : Number(revision);
}
