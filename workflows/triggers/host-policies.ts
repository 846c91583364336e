import type { HostTriggers } from '../contracts/triggers/activities';
import type { TriggerEvent, TriggerEventType } from '../contracts/triggers/events';
import type { CarriedTriggers } from '../contracts/triggers/host';
import type { ActivePolicy } from '../contracts/triggers/policy';
import { PolicyIndex, type ReadyPolicy } from './match';

/** How long policies are good for: offsets of time zones are known for two years. */
const freshMs = 30 * 24 * 3_600_000;

/** The policies that a host decides with, as they were read last. */
export class HostPolicies {
  private loaded: HostTriggers;
  private loadedAt: number;
  private index: PolicyIndex;

  constructor(carried?: Pick<CarriedTriggers, 'loaded' | 'loadedAt'>) {
    this.loaded = carried?.loaded ?? { version: 0, policies: [] };
    this.loadedAt = carried?.loadedAt ?? 0;
    this.index = new PolicyIndex(this.loaded.policies);
  }

  /** 0: they have to be read again, whatever their version. */
  get version(): number {
    const isStale = this.size > 0 && Date.now() > this.loadedAt + freshMs;
    return isStale ? 0 : this.loaded.version;
  }

  get size(): number {
    return this.loaded.policies.length;
  }

  get(policyId: string): ActivePolicy | undefined {
    return this.index.get(policyId)?.policy;
  }

  /** Some policy waits for events of this type. */
  has(type: TriggerEventType): boolean {
    return this.index.has(type);
  }

  concernedBy(event: TriggerEvent): ReadyPolicy[] {
    return this.index.concernedBy(event);
  }

  load(triggers: HostTriggers): void {
    this.loaded = triggers;
    this.loadedAt = Date.now();
    this.index = new PolicyIndex(triggers.policies);
  }

  /** For the next execution; undefined: there have never been any. */
  carry(): Pick<CarriedTriggers, 'loaded' | 'loadedAt'> | undefined {
    const { loaded, loadedAt } = this;
    return loaded.version === 0 ? undefined : { loaded, loadedAt };
  }
}
