import type { TriggerEvent } from '../contracts/triggers/events';
import type { ActivePolicy } from '../contracts/triggers/policy';
import { answered, beginBurst, burstEnd, joinBurst, type OpenBurst } from './bursts';
import type { ReadyPolicy, Unmet } from './match';
import { quietDetail, refusal } from './refusals';
import type { SeenEvent } from './seen-event';
import { ownWindowMs, stateKey, type PolicyState, type StateView } from './states';
import type { Verdicts } from './verdicts';

/** Decides which policies answer an event, by what it knows of each in each session. Pure but for the states. */
export class Decider {
  constructor(
    private readonly states: StateView,
    private readonly verdicts: Verdicts,
  ) {}

  /**
   * Decides over one event.
   * @returns whether some policy takes it: fires with it, now or when its burst ends, or has answered its burst already.
   */
  decide(policies: readonly ReadyPolicy[], seen: SeenEvent): boolean {
    let taken = false;
    for (const ready of policies) if (this.offer(ready, seen)) taken = true;
    return taken;
  }

  /** Ends a burst: the policy fires, unless it has answered the burst already or its quiet hours have begun. */
  end(policy: ActivePolicy, sessionId: string | null, at: number): void {
    const key = stateKey(policy.id, sessionId);
    const { burst, ...state } = this.states.get(key) ?? {};
    this.states.set(key, state);
    const last = burst?.events.at(-1);
    if (!burst || !last) return;
    const quiet = quietDetail(policy, at);
    if (quiet === null) this.fire(policy, sessionId, state, burst, at);
    else
      this.verdicts.skipped({
        ...{ policyId: policy.id, sessionId, reason: 'quiet_hours', detail: quiet },
        ...{ event: last, count: burst.count, lastFiredAt: state.lastFiredAt },
      });
  }

  private offer(ready: ReadyPolicy, seen: SeenEvent): boolean {
    const { policy } = ready;
    const { event } = seen;
    const { sessionId } = event;
    const key = ready.keyIn(sessionId);
    const before = this.states.get(key);
    if (before?.burst && burstEnd(policy, before.burst) <= event.at) this.end(policy, sessionId, event.at);
    let state: PolicyState = this.states.get(key) ?? {};
    if (ready.counts) {
      state = { ...state, messages: (state.messages ?? 0) + 1 };
      this.states.set(key, state);
    }
    const refused = ready.unmet(seen, { messages: state.messages ?? 0 }) ?? refusal(policy, event, state);
    if (refused) {
      this.skip(policy, event, refused, state);
      return false;
    }
    this.take(policy, event, state);
    return true;
  }

  private take(policy: ActivePolicy, event: TriggerEvent, state: PolicyState): void {
    const { mode, seconds } = policy.debounce;
    const { burst } = state;
    if (seconds === 0) this.fire(policy, event.sessionId, state, beginBurst(event), event.at);
    else if (burst) {
      const joined = joinBurst(burst, event);
      this.wait(policy, event, state, burst.events.length === 0 ? answered(joined) : joined);
      if (burst.events.length === 0)
        this.skip(
          policy,
          event,
          { reason: 'debounced', detail: 'The burst’s first event was answered.' },
          state,
        );
    } else if (mode === 'trailing') this.wait(policy, event, state, beginBurst(event));
    else {
      const fired = this.fire(policy, event.sessionId, state, beginBurst(event), event.at);
      this.wait(policy, event, fired, answered(beginBurst(event)));
    }
  }

  private wait(policy: ActivePolicy, event: TriggerEvent, state: PolicyState, burst: OpenBurst): void {
    this.states.set(stateKey(policy.id, event.sessionId), { ...state, burst });
    this.verdicts.waits(burstEnd(policy, burst));
  }

  private fire(
    policy: ActivePolicy,
    sessionId: string | null,
    before: PolicyState,
    burst: OpenBurst,
    at: number,
  ): PolicyState {
    const key = stateKey(policy.id, sessionId);
    const { own = [], ...rest } = before;
    const recent = own.filter((time) => time > at - ownWindowMs);
    const counted = burst.depth > 0 ? [...recent, at] : recent;
    const after = { ...rest, messages: 0, lastFiredAt: at, ...(counted.length > 0 && { own: counted }) };
    this.states.set(key, after);
    this.verdicts.fired({ policy, key, sessionId, at, burst, before });
    return after;
  }

  private skip(policy: ActivePolicy, event: TriggerEvent, why: Unmet, { lastFiredAt }: PolicyState): void {
    const { id: policyId } = policy;
    const { sessionId } = event;
    const { reason, detail } = why;
    this.verdicts.skipped({ policyId, sessionId, reason, detail, event, count: 1, lastFiredAt });
  }
}
