import type { Json } from '../contracts/json';
import type { TriggerEvent, TriggerEventType } from '../contracts/triggers/events';
import type { ActivePolicy, SkipReason } from '../contracts/triggers/policy';
import { conditionsOf, scopeOf, type Condition, type Facts } from './conditions';
import { SeenEvent } from './seen-event';
import { stateKey } from './states';

export type { Facts } from './conditions';

/** How one field of a policy compares with an event. */
export interface FieldCheck {
  field: string;
  expected: Json;
  actual: Json;
  met: boolean;
  /** For people. */
  message: string;
  /** Why the policy does not fire when it is not met. */
  reason: SkipReason;
}

/** Everything that a policy asks of an event, and what the event has: of the fields that it gives, in the order in which they are looked at. */
export function explain(policy: ActivePolicy, event: TriggerEvent, facts: Facts): FieldCheck[] {
  const seen = new SeenEvent(event);
  return [...scopeOf(policy), ...conditionsOf(policy)].map((condition) => {
    const { actual, met, message, reason = 'conditions_not_met' } = condition.look(seen, facts);
    return { field: condition.field, expected: condition.expected, actual, met, message, reason };
  });
}

/** The first condition that an event does not satisfy. */
export interface Unmet {
  reason: SkipReason;
  detail: string;
}

/** A policy made ready to be compared with many events. */
export class ReadyPolicy {
  private readonly conditions: readonly Condition[];
  /** Its messages have to be counted. */
  readonly counts: boolean;
  private key: { sessionId: string | null; text: string } | undefined;

  constructor(readonly policy: ActivePolicy) {
    this.conditions = conditionsOf(policy);
    this.counts = policy.conditions.minMessages !== undefined;
  }

  /** Where the policy’s state in a session is; the last one is remembered, since a room has one only. */
  keyIn(sessionId: string | null): string {
    if (this.key?.sessionId !== sessionId)
      this.key = { sessionId, text: stateKey(this.policy.id, sessionId) };
    return this.key.text;
  }

  /** null: all conditions hold. */
  unmet(seen: SeenEvent, facts: Facts): Unmet | null {
    for (const condition of this.conditions) {
      const { met, message, reason = 'conditions_not_met' } = condition.look(seen, facts);
      if (!met) return { reason, detail: message };
    }
    return null;
  }
}

/** The policies of a host, by what they wait for. */
export class PolicyIndex {
  private readonly byId: ReadonlyMap<string, ReadyPolicy>;
  private readonly byType = new Map<TriggerEventType, ReadyPolicy[]>();

  constructor(policies: readonly ActivePolicy[]) {
    const ready = policies.map((policy) => new ReadyPolicy(policy));
    this.byId = new Map(ready.map((each) => [each.policy.id, each]));
    for (const each of ready) {
      const sameType = this.byType.get(each.policy.eventType);
      if (sameType) sameType.push(each);
      else this.byType.set(each.policy.eventType, [each]);
    }
  }

  get(policyId: string): ReadyPolicy | undefined {
    return this.byId.get(policyId);
  }

  has(type: TriggerEventType): boolean {
    return this.byType.has(type);
  }

  /** Those that wait for such an event in its session; to the others it is as if it had not happened. */
  concernedBy({ type, sessionId, policyId }: TriggerEvent): ReadyPolicy[] {
    const meant = policyId === undefined ? undefined : this.byId.get(policyId);
    const candidates = policyId === undefined ? (this.byType.get(type) ?? []) : meant ? [meant] : [];
    return candidates.filter(
      ({ policy }) =>
        policy.eventType === type && (policy.sessionId === null || policy.sessionId === sessionId),
    );
  }
}
