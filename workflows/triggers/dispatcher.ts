import { condition } from '@temporalio/workflow';
import type { HostState, HostTriggers } from '../contracts/triggers/activities';
import type { TriggerEvent } from '../contracts/triggers/events';
import type { CarriedTriggers, HostProgress } from '../contracts/triggers/host';
import type { ActivePolicy } from '../contracts/triggers/policy';
import { burstEnd, type OpenBurst } from './bursts';
import { Decider } from './decider';
import { HostPolicies } from './host-policies';
import type { LocalTurn } from '../local-turn';
import { Recorder, type Host } from './recorder';
import { SeenEvent } from './seen-event';
import { Silences } from './silences';
import { States, Supposition } from './states';
import { Timekeeper } from './timekeeper';
import { isRoomGone, triggerActivities } from './trigger-activities';

/** Most events that are decided over at once. */
const batchLimit = 100;

/** Most characters of undecided events that are handed over to the next execution, whose input must stay below 2 MB. */
const portableChars = 300_000;

const nobody = { fired: () => undefined, skipped: () => undefined, waits: () => undefined };

/**
 * Decides for a host which policies answer an event, records what was decided and starts the runs. Its host is the only one
 * that decides over its events.
 */
export class Dispatcher {
  private readonly policies: HostPolicies;
  private readonly states: States;
  private readonly silences: Silences;
  private readonly recorder: Recorder;
  private readonly decider: Decider;
  /** Of bursts, silences and what waits to be recorded. */
  private readonly time = new Timekeeper((now) => this.doWhatIsDue(now));
  private working = false;
  /** How often it has worked. */
  rounds = 0;
  private stopped = false;

  /** @param events that came by signal and are not decided yet. */
  constructor(
    private readonly host: Host,
    private readonly turn: LocalTurn,
    private readonly events: TriggerEvent[],
    carried?: CarriedTriggers,
  ) {
    this.policies = new HostPolicies(carried);
    this.states = new States(carried?.states, carried?.events);
    this.silences = new Silences(this.states, carried?.silences);
    this.recorder = new Recorder(host, turn, this.states);
    this.decider = new Decider(this.states, {
      fired: (firing) => this.recorder.fired(firing),
      skipped: (skip) => this.recorder.skipped(skip),
      waits: (until) => this.time.wakeBy(until),
    });
    this.time.wakeBy(this.nextTime());
  }

  /** Of the policies; 0: they have to be read again, whatever their version. */
  get version(): number {
    return this.policies.version;
  }

  /** Some policy asks for the texts of agents. */
  get wantsTexts(): boolean {
    return this.policies.has('agent_message');
  }

  /** Nothing is being decided, recorded or started. Skips may wait to be recorded, see `flushed`. */
  get settled(): boolean {
    return !this.working && !this.recorder.pending && !this.recorder.isStarting;
  }

  /** The undecided events are few enough for continue-as-new. */
  get portable(): boolean {
    return this.events.reduce((sum, event) => sum + JSON.stringify(event).length, 0) < portableChars;
  }

  /** Nothing is left to be recorded. */
  get flushed(): boolean {
    return this.settled && !this.recorder.holdsAny;
  }

  load(triggers: HostTriggers): void {
    this.policies.load(triggers);
    const isThere = (policyId: string): boolean => this.policies.get(policyId) !== undefined;
    this.silences.keep(isThere);
    for (const { policyId, sessionId, lastFiredAt, burst } of this.states.dropBursts(isThere)) {
      const event = burst.events.at(-1);
      if (!event) continue;
      const { count } = burst;
      const why = { reason: 'disabled' as const, detail: null };
      this.recorder.skipped({ policyId, sessionId, ...why, event, count, lastFiredAt });
    }
    this.time.wakeAnewAt(this.nextTime());
  }

  /** Ids of the events that policies would take if they happened now, one after the other. */
  takes(events: readonly TriggerEvent[]): ReadonlySet<string> {
    return this.decide(new Decider(new Supposition(this.states), nobody), events);
  }

  /** Decides over events. @returns the ids of those that policies take. */
  offer(events: readonly TriggerEvent[]): ReadonlySet<string> {
    return this.decide(this.decider, events);
  }

  /** No burst ends until `release`: what `takes` has told shall stay true. */
  hold(): void {
    this.time.hold();
  }

  release(): void {
    this.time.release();
  }

  /**
   * Works until the host ends.
   * @param isLeaving the host waits for a moment to continue as new: events are left to the next execution.
   */
  async run(isLeaving: () => boolean): Promise<void> {
    const hasEvents = (): boolean => this.events.length > 0 && !(isLeaving() && this.portable);
    void this.time.run();
    while (!this.stopped) {
      await condition(() => this.stopped || this.recorder.pending || hasEvents());
      this.working = true;
      if (hasEvents()) await this.decideEvents();
      if (this.recorder.pending) await this.recorder.record();
      this.working = false;
      this.rounds += 1;
    }
  }

  /** Records at once what waits to be recorded. */
  async flush(): Promise<void> {
    this.recorder.flush();
    await condition(() => this.flushed);
  }

  /** Begins nothing any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    await condition(() => !this.working);
  }

  progress(): HostProgress {
    const bursts = this.openBursts().map(({ policy, sessionId, burst, end }) => ({
      ...{ policyId: policy.id, sessionId, count: burst.count, endsAt: new Date(end).toISOString() },
    }));
    return { policies: this.policies.size, bursts };
  }

  /** For the next execution; undefined: there are no policies. */
  carry(): CarriedTriggers | undefined {
    const policies = this.policies.carry();
    if (!policies) return undefined;
    this.states.prune((policyId) => this.policies.get(policyId), Date.now());
    return { ...policies, ...this.states.carry(), silences: this.silences.carry() };
  }

  private decide(decider: Decider, events: readonly TriggerEvent[]): ReadonlySet<string> {
    const taken = events.filter((event) =>
      decider.decide(this.policies.concernedBy(event), new SeenEvent(event)),
    );
    this.time.wakeBy(this.recorder.flushDue);
    return new Set(taken.map(({ id }) => id));
  }

  /** Over those that came by signal, with the policies as they are now. */
  private async decideEvents(): Promise<void> {
    const events = this.events.splice(0, batchLimit);
    try {
      const { activity, triggers } = await this.turn.run(() =>
        triggerActivities.readHost({ ...this.host, version: this.version }),
      );
      if (triggers) this.load(triggers);
      for (const event of events) {
        if (event.type === 'silence') this.decideSilence(event, activity);
        else this.offer([event]);
      }
    } catch (error) {
      // What happened in a room that was deleted is answered by nobody.
      if (!isRoomGone(error)) throw error;
    }
  }

  private decideSilence(event: TriggerEvent, activity: HostState['activity']): void {
    const policy = this.policies.get(event.policyId ?? '');
    if (!policy || !activity) return;
    const found = this.silences.look(policy, event, activity, Date.now());
    if ('due' in found) this.time.wakeBy(found.due);
    if ('silence' in found) this.offer([found.silence]);
  }

  /** @returns when there is something to do next. */
  private doWhatIsDue(now: number): number {
    for (const { policy, sessionId, end } of this.openBursts())
      if (end <= now) this.decider.end(policy, sessionId, now);
    this.events.push(...this.silences.takeDue(this.host.roomId, now));
    if (this.recorder.flushDue <= now) this.recorder.flush();
    return this.nextTime();
  }

  private nextTime(): number {
    const ends = this.openBursts().map(({ end }) => end);
    return Math.min(this.recorder.flushDue, this.silences.next, ...ends);
  }

  /** Bursts, with when they end if no event follows. */
  private openBursts(): { policy: ActivePolicy; sessionId: string | null; burst: OpenBurst; end: number }[] {
    return this.states.bursts.flatMap(({ policyId, sessionId, burst }) => {
      const policy = this.policies.get(policyId);
      return policy ? [{ policy, sessionId, burst, end: burstEnd(policy, burst) }] : [];
    });
  }
}
