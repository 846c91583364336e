import type { PolicyState as CarriedState } from '../contracts/triggers/host';
import type { TriggerEvent } from '../contracts/triggers/events';
import type { ActivePolicy } from '../contracts/triggers/policy';
import type { OpenBurst } from './bursts';

/** Of one policy in one session. It is replaced, never changed. */
export type PolicyState = Omit<CarriedState, 'burst'> & { burst?: OpenBurst };

/** Most states that are kept, so that continue-as-new can hand them over. */
const mostStates = 5000;
/** How many are dropped at once when there are more. */
const dropped = mostStates / 10;
/** How long firings by events that runs made are counted. */
export const ownWindowMs = 60_000;

export const stateKey = (policyId: string, sessionId: string | null): string =>
  `${policyId}/${sessionId ?? ''}`;

/** Where policies stand in sessions, by `stateKey`. */
export interface StateView {
  get(key: string): PolicyState | undefined;
  set(key: string, state: PolicyState): void;
}

/** A burst of a policy in a session. */
export interface BurstState {
  policyId: string;
  sessionId: string | null;
  burst: OpenBurst;
  /** When the policy fired last there, in milliseconds since 1970; undefined: never. */
  lastFiredAt: number | undefined;
}

export class States implements StateView {
  private readonly kept = new Map<string, PolicyState>();

  constructor(carried: Readonly<Record<string, CarriedState>> = {}, events: readonly TriggerEvent[] = []) {
    const byId = new Map(events.map((event) => [event.id, event]));
    for (const [key, { burst, ...state }] of Object.entries(carried)) {
      if (!burst) this.kept.set(key, state);
      else {
        const { eventIds, ...rest } = burst;
        const found = eventIds.flatMap((id) => byId.get(id) ?? []);
        this.kept.set(key, { ...state, burst: { ...rest, events: found } });
      }
    }
  }

  get(key: string): PolicyState | undefined {
    return this.kept.get(key);
  }

  set(key: string, state: PolicyState): void {
    // The order is that of the last change.
    this.kept.delete(key);
    this.kept.set(key, state);
    if (this.kept.size > mostStates) this.dropOldest();
  }

  get bursts(): BurstState[] {
    return [...this.kept].flatMap(([key, { burst, lastFiredAt }]) =>
      burst ? [{ ...partsOf(key), burst, lastFiredAt }] : [],
    );
  }

  /** Forgets where policies that are gone stand in sessions where they have bursts. @returns those bursts. */
  dropBursts(isThere: (policyId: string) => boolean): BurstState[] {
    const gone = this.bursts.filter(({ policyId }) => !isThere(policyId));
    for (const { policyId, sessionId } of gone) this.kept.delete(stateKey(policyId, sessionId));
    return gone;
  }

  /** Forgets what makes no difference to any decision from `now` on, and what is of policies that are gone. */
  prune(policy: (policyId: string) => ActivePolicy | undefined, now: number): void {
    for (const [key, state] of this.kept) {
      const active = policy(partsOf(key).policyId);
      if (!active || !matters(state, active, now)) this.kept.delete(key);
    }
  }

  carry(): { states: Record<string, CarriedState>; events: TriggerEvent[] } {
    const events = new Map<string, TriggerEvent>();
    const states = [...this.kept].map(([key, { burst, ...state }]): [string, CarriedState] => {
      if (!burst) return [key, state];
      const { events: newest, ...rest } = burst;
      for (const event of newest) events.set(event.id, event);
      return [key, { ...state, burst: { ...rest, eventIds: newest.map(({ id }) => id) } }];
    });
    return { states: Object.fromEntries(states), events: [...events.values()] };
  }

  private dropOldest(): void {
    let left = dropped;
    for (const [key, { burst }] of this.kept) {
      if (left === 0) return;
      if (burst) continue;
      this.kept.delete(key);
      left -= 1;
    }
  }
}

/** What the states would be: changes are kept apart. */
export class Supposition implements StateView {
  private readonly changed = new Map<string, PolicyState>();

  constructor(private readonly states: StateView) {}

  get(key: string): PolicyState | undefined {
    return this.changed.get(key) ?? this.states.get(key);
  }

  set(key: string, state: PolicyState): void {
    this.changed.set(key, state);
  }
}

function partsOf(key: string): { policyId: string; sessionId: string | null } {
  const at = key.indexOf('/');
  return { policyId: key.slice(0, at), sessionId: key.slice(at + 1) || null };
}

function matters(state: PolicyState, policy: ActivePolicy, now: number): boolean {
  const { lastFiredAt, messages, own = [], silentSince, burst } = state;
  if (burst !== undefined || silentSince !== undefined || (messages ?? 0) > 0) return true;
  if (lastFiredAt !== undefined && now < lastFiredAt + policy.cooldownSeconds * 1000) return true;
  return own.some((at) => at > now - ownWindowMs);
}
