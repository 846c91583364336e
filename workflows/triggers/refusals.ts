import { maxTriggerDepth, ownFiringsPerMinute, type TriggerEvent } from '../contracts/triggers/events';
import type { ActivePolicy } from '../contracts/triggers/policy';
import type { Unmet } from './match';
import { isQuiet, quietUntil } from './quiet-hours';
import { ownWindowMs, type PolicyState } from './states';

/** Why a policy whose conditions hold does not take an event; null: it does. */
export function refusal(policy: ActivePolicy, event: TriggerEvent, state: PolicyState): Unmet | null {
  const { at, depth } = event;
  if (depth >= maxTriggerDepth)
    return { reason: 'depth_limit', detail: `The event came of ${depth} firings, one after the other.` };
  const own = (state.own ?? []).filter((time) => time > at - ownWindowMs).length;
  if (depth > 0 && own >= ownFiringsPerMinute)
    return { reason: 'rate_limit', detail: `It fired ${own} times in the minute before.` };
  const quiet = quietDetail(policy, at);
  if (quiet !== null) return { reason: 'quiet_hours', detail: quiet };
  const { cooldownSeconds } = policy;
  const rested = (state.lastFiredAt ?? -Infinity) + cooldownSeconds * 1000;
  // Without a cooldown, an event may well be from before the last firing: it took longer to arrive.
  if (cooldownSeconds > 0 && state.burst === undefined && at < rested)
    return { reason: 'cooldown', detail: `It fires again from ${new Date(rested).toISOString()} on.` };
  return null;
}

/** Until when a policy is quiet, in words; null: it is not. */
export function quietDetail({ quietHours }: ActivePolicy, at: number): string | null {
  if (!quietHours || !isQuiet(quietHours, at)) return null;
  const end = quietUntil(quietHours, at);
  return end === null ? 'They never end.' : `They end at ${new Date(end).toISOString()}.`;
}
