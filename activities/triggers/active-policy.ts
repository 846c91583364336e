import { zoneOffsets } from '../../infra/time/zone-offsets';
import type { TriggerPolicy } from '../../prisma/generated/client';
import type { TriggerEventType } from '../../workflows/contracts/triggers/events';
import type {
  ActivePolicy,
  DebounceMode,
  QuietHours,
  ResolvedQuietHours,
  TriggerConditions,
} from '../../workflows/contracts/triggers/policy';

/** Policies as those who decide need them; each time zone is looked up once. */
export function activePolicies(rows: readonly TriggerPolicy[]): ActivePolicy[] {
  const now = Date.now();
  const zones = new Map<string, ResolvedQuietHours['offsets']>();
  const offsetsOf = (timeZone: string): ResolvedQuietHours['offsets'] => {
    const known = zones.get(timeZone) ?? zoneOffsets(timeZone, now);
    zones.set(timeZone, known);
    return known;
  };
  return rows.map((row) => {
    const quietHours = row.quietHours as QuietHours | null;
    return {
      id: row.id,
      name: row.name,
      eventType: row.eventType as TriggerEventType,
      sessionId: row.sessionId,
      conditions: row.conditions as TriggerConditions,
      debounce: { mode: row.debounceMode as DebounceMode, seconds: row.debounceSeconds },
      cooldownSeconds: row.cooldownSeconds,
      quietHours: quietHours && { ...quietHours, offsets: offsetsOf(quietHours.timeZone) },
      input: row.input as Record<string, string> | null,
      thresholdMinutes: row.thresholdMinutes,
    };
  });
}
