import { Prisma, type TriggerPolicy } from '../../../prisma/generated/client';
import { defaultDebounceSeconds, type TriggerEventType } from '../../../workflows/contracts/triggers/events';
import type {
  DebounceMode,
  OverLimit,
  QuietHours,
  TriggerConditions,
} from '../../../workflows/contracts/triggers/policy';
import type { TimerSettings } from '../../../workflows/contracts/triggers/timer';
import type { JsonObject } from '../../../workflows/contracts/json';
import { defined } from '../routes/defined';
import type { PolicyFields } from './policy-fields';

export const conditionsOf = ({ conditions }: PolicyFields): TriggerConditions => defined(conditions ?? {});

/** How a policy is stored; what it leaves open has its default. */
export function columnsOf(fields: PolicyFields) {
  const { name, eventType, workflowId, scope = {}, quietHours } = fields;
  return {
    ...{ name, eventType, workflowId },
    courseId: scope.courseId ?? null,
    roomId: scope.roomId ?? null,
    sessionId: scope.sessionId ?? null,
    conditions: conditionsOf(fields) as Prisma.InputJsonObject,
    version: fields.version ?? null,
    input: fields.input ?? Prisma.DbNull,
    debounceMode: fields.debounceMode ?? 'trailing',
    debounceSeconds: fields.debounceSeconds ?? defaultDebounceSeconds[eventType],
    cooldownSeconds: fields.cooldownSeconds ?? 0,
    quietHours: quietHours ? defined(quietHours) : Prisma.DbNull,
    maxConcurrent: fields.maxConcurrent ?? null,
    overLimit: fields.overLimit ?? 'queue',
    timer: eventType === 'timer' ? { ...timerOf(fields) } : Prisma.DbNull,
    thresholdMinutes: fields.thresholdMinutes ?? null,
    bodySchema: (fields.bodySchema ?? Prisma.DbNull) as Prisma.InputJsonObject | typeof Prisma.DbNull,
    enabled: fields.enabled ?? true,
  };
}

const timerOf = (fields: PolicyFields): TimerSettings => ({
  intervalMinutes: fields.intervalMinutes ?? null,
  cron: fields.cron ?? null,
  timeZone: fields.cron ? (fields.timeZone ?? 'UTC') : null,
  jitterSeconds: fields.jitterSeconds ?? 0,
  startAt: fields.startAt ?? null,
  endAt: fields.endAt ?? null,
  catchupSeconds: fields.catchupSeconds ?? 3600,
  overlap: fields.overlap ?? 'skip',
});

/** The JSON columns of a row: `columnsOf` alone writes them. */
export const storedValues = (row: TriggerPolicy) => ({
  eventType: row.eventType as TriggerEventType,
  conditions: row.conditions as TriggerConditions,
  input: row.input as Record<string, string> | null,
  debounceMode: row.debounceMode as DebounceMode,
  quietHours: row.quietHours as unknown as QuietHours | null,
  overLimit: row.overLimit as OverLimit,
  timer: row.timer as unknown as TimerSettings | null,
  bodySchema: row.bodySchema as JsonObject | null,
});

/** A stored policy as people could have written it. */
export function fieldsOf(row: TriggerPolicy): PolicyFields {
  const { timer, ...values } = storedValues(row);
  const { name, workflowId, version, cooldownSeconds, maxConcurrent, thresholdMinutes, enabled } = row;
  return {
    ...{ name, workflowId, version, cooldownSeconds, maxConcurrent, thresholdMinutes, enabled },
    ...values,
    ...timer,
    scope: scopeOf(row),
    debounceSeconds: row.debounceSeconds,
  };
}

export function scopeOf({ workspaceId, courseId, roomId, sessionId }: TriggerPolicy) {
  if (roomId !== null) return { roomId };
  if (courseId !== null) return { courseId };
  return sessionId === null ? { workspaceId } : { sessionId };
}
