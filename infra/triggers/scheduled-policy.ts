import type { TriggerPolicy } from '../../prisma/generated/client';
import type { TimerSettings } from '../../workflows/contracts/triggers/timer';
import { scheduledTypes, type ScheduledPolicy } from '../temporal/trigger-schedules';

/** null: no Schedule stands for policies of this type. */
export function scheduledPolicy(row: TriggerPolicy): ScheduledPolicy | null {
  const eventType = scheduledTypes.find((type) => type === row.eventType);
  if (eventType === undefined) return null;
  return { ...row, eventType, timer: row.timer as unknown as TimerSettings | null };
}
