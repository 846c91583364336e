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

type OffsetsOf = (timeZone: string) => ResolvedQuietHours['offsets'];

/** Policies as those who decide from now on need them; each time zone is looked up once. */
export function activePolicies(rows: readonly TriggerPolicy[]): ActivePolicy[] {
  const now = Date.now();
  const zones = new Map<string, ResolvedQuietHours['offsets']>();
  const offsetsOf: OffsetsOf = (timeZone) => {
    const known = zones.get(timeZone) ?? zoneOffsets(timeZone, now);
    zones.set(timeZone, known);
    return known;
  };
  return rows.map((row) => withOffsets(row, offsetsOf));
}

/** A policy as who decides from `at` (milliseconds since 1970) on needs it. */
export const activePolicy = (row: TriggerPolicy, at: number): ActivePolicy =>
  withOffsets(row, (timeZone) => zoneOffsets(timeZone, at));

function withOffsets(row: TriggerPolicy, offsetsOf: OffsetsOf): ActivePolicy {
  const { id, name, sessionId, cooldownSeconds, thresholdMinutes } = row;
  const quietHours = row.quietHours as QuietHours | null;
  return {
    ...{ id, name, sessionId, cooldownSeconds, thresholdMinutes },
    eventType: row.eventType as TriggerEventType,
    conditions: row.conditions as TriggerConditions,
    debounce: { mode: row.debounceMode as DebounceMode, seconds: row.debounceSeconds },
    quietHours: quietHours && { ...quietHours, offsets: offsetsOf(quietHours.timeZone) },
    input: row.input as Record<string, string> | null,
  };
}
