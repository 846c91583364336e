import {
  burstChars,
  burstEvents,
  longestBurstWindows,
  type TriggerEvent,
} from '../contracts/triggers/events';
import type { Burst } from '../contracts/triggers/host';
import type { ActivePolicy } from '../contracts/triggers/policy';

/** A burst with its events at hand. */
export interface OpenBurst extends Omit<Burst, 'eventIds'> {
  /** The newest, oldest first; empty once it was answered (`leading`). */
  events: readonly TriggerEvent[];
}

/** A burst that begins with this event. */
export const beginBurst = (event: TriggerEvent): OpenBurst => ({
  ...{ firstId: event.id, firstAt: event.at, lastAt: event.at, count: 1, depth: event.depth },
  events: [event],
});

/** The burst with one more event. */
export function joinBurst(burst: OpenBurst, event: TriggerEvent): OpenBurst {
  return {
    ...burst,
    lastAt: Math.max(burst.lastAt, event.at),
    count: burst.count + 1,
    depth: Math.max(burst.depth, event.depth),
    events: newest([...burst.events, event]),
  };
}

/** The burst once the policy has answered it: what follows within the window still belongs to it. */
export const answered = (burst: OpenBurst): OpenBurst => ({ ...burst, events: [] });

/** When a burst ends if no event follows, in milliseconds since 1970: an event at that time begins another one. */
export function burstEnd({ debounce }: ActivePolicy, { firstAt, lastAt }: OpenBurst): number {
  const window = debounce.seconds * 1000;
  return Math.min(lastAt + window, firstAt + longestBurstWindows * window);
}

/** The newest events whose texts are not too long together; the last one in any case. */
function newest(events: readonly TriggerEvent[]): TriggerEvent[] {
  const kept: TriggerEvent[] = [];
  let chars = 0;
  for (const event of events.slice(-burstEvents).reverse()) {
    chars += sizeOf(event);
    if (kept.length > 0 && chars > burstChars) break;
    kept.unshift(event);
  }
  return kept;
}

const sizeOf = ({ data }: TriggerEvent): number =>
  typeof data.text === 'string' ? data.text.length : JSON.stringify(data).length;
