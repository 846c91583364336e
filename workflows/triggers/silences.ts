import type { HostState } from '../contracts/triggers/activities';
import type { TriggerEvent, TriggerEventData } from '../contracts/triggers/events';
import type { ActivePolicy } from '../contracts/triggers/policy';
import { derivedId } from '../run/derived-id';
import { stateKey, type StateView } from './states';

const minuteMs = 60_000;

/** A silence that has lasted long enough; or when it will have, if nobody writes. */
type Found = { silence: TriggerEvent } | { due: number } | { nothing: true };

/** Silences of a room that policies wait for: somebody may write before they are due, so the room is looked at again then. */
export class Silences {
  /** When, in milliseconds since 1970, by policy id. */
  private readonly due: Map<string, number>;

  /** @param states tell which silences have been decided. */
  constructor(
    private readonly states: StateView,
    carried: Readonly<Record<string, number>> = {},
  ) {
    this.due = new Map(Object.entries(carried));
  }

  /** When the next one is due; Infinity: none. */
  get next(): number {
    return Math.min(Infinity, ...this.due.values());
  }

  /** Whether the room has been silent for as long as the policy says. It is one event until a person writes again. */
  look(
    policy: ActivePolicy,
    { sessionId }: TriggerEvent,
    { lastMessageAt, lastSeq, lastUserSeq }: NonNullable<HostState['activity']>,
    now: number,
  ): Found {
    const { id: policyId, thresholdMinutes: minutes } = policy;
    this.due.delete(policyId);
    if (lastMessageAt === null || minutes === null) return { nothing: true };
    const due = lastMessageAt + minutes * minuteMs;
    if (due > now) {
      this.due.set(policyId, due);
      return { due };
    }
    const key = stateKey(policyId, sessionId);
    const state = this.states.get(key);
    if (state?.silentSince === lastUserSeq) return { nothing: true };
    this.states.set(key, { ...state, silentSince: lastUserSeq });
    const since = new Date(lastMessageAt).toISOString();
    const data: TriggerEventData['silence'] = { minutes, since, lastSeq };
    const id = derivedId(policyId, `${sessionId ?? ''}/silence/${lastUserSeq}`);
    return { silence: { id, type: 'silence', at: now, depth: 0, sessionId, policyId, data: { ...data } } };
  }

  /** Takes out those that are due, as events to be decided over. */
  takeDue(roomId: string | null, now: number): TriggerEvent[] {
    const due = [...this.due].filter(([, at]) => at <= now);
    for (const [policyId] of due) this.due.delete(policyId);
    return due.map(([policyId, at]) => ({
      ...{ id: derivedId(policyId, `${roomId}/silence/${at}`), type: 'silence', at, depth: 0 },
      ...{ sessionId: roomId, policyId, data: {} },
    }));
  }

  /** Forgets those of policies that are gone. */
  keep(isThere: (policyId: string) => boolean): void {
    for (const policyId of this.due.keys()) if (!isThere(policyId)) this.due.delete(policyId);
  }

  carry(): Record<string, number> {
    return Object.fromEntries(this.due);
  }
}
