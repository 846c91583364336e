import type { TriggerEvent } from '../../../workflows/contracts/triggers/events';
import type { ActivePolicy } from '../../../workflows/contracts/triggers/policy';
import { burstEnd } from '../../../workflows/triggers/bursts';
import { Decider } from '../../../workflows/triggers/decider';
import { fireDecision } from '../../../workflows/triggers/decisions';
import { ReadyPolicy } from '../../../workflows/triggers/match';
import { SeenEvent } from '../../../workflows/triggers/seen-event';
import { States, Supposition } from '../../../workflows/triggers/states';
import { message, policyWith } from './policies';

/** A host whose clock the test turns: bursts end when they are due, as timers would have it. */
class SimulatedHost {
  readonly fired: { at: number; texts: unknown[]; count: number; depth: number }[] = [];
  readonly skipped: { at: number; reason: string; count: number }[] = [];
  private states = new States();
  private decider = this.newDecider();

  constructor(private readonly policy: ActivePolicy) {}

  /** Says something at this time, in seconds. @returns whether it was taken. */
  say(seconds: number, more: Partial<TriggerEvent> = {}): boolean {
    this.passUntil(seconds);
    const event = message(`at ${seconds}`, { at: seconds * 1000, ...more });
    const supposed = new Decider(new Supposition(this.states), {
      ...{ fired: () => undefined, skipped: () => undefined, waits: () => undefined },
    });
    const ready = [new ReadyPolicy(this.policy)];
    const expected = supposed.decide(ready, new SeenEvent(event));
    const taken = this.decider.decide(ready, new SeenEvent(event));
    if (expected !== taken)
      throw new Error(`${seconds} s: expected to be taken: ${expected}; taken: ${taken}`);
    return taken;
  }

  passUntil(seconds: number): void {
    for (const { sessionId, burst } of this.states.bursts) {
      const end = burstEnd(this.policy, burst);
      if (end <= seconds * 1000) this.decider.end(this.policy, sessionId, end);
    }
  }

  /** As continue-as-new does it. */
  renew(): void {
    const { states, events } = JSON.parse(JSON.stringify(this.states.carry())) as ReturnType<States['carry']>;
    this.states = new States(states, events);
    this.decider = this.newDecider();
  }

  get firedAt(): number[] {
    return this.fired.map(({ at }) => at);
  }

  private newDecider(): Decider {
    return new Decider(this.states, {
      fired: ({ at, burst: { events, count, depth } }) => {
        this.fired.push({ at: at / 1000, texts: events.map(({ data }) => data.text), count, depth });
      },
      skipped: ({ event, reason, count }) => {
        this.skipped.push({ at: event.at / 1000, reason, count });
      },
      waits: () => undefined,
    });
  }
}

const trailing = (seconds: number) => ({ mode: 'trailing' as const, seconds });
const leading = (seconds: number) => ({ mode: 'leading' as const, seconds });

test('without a window each event fires', () => {
  const host = new SimulatedHost(policyWith());
  for (const at of [0, 0, 1]) expect(host.say(at)).toBe(true);
  expect(host.firedAt).toEqual([0, 0, 1]);
});

test('trailing: a burst fires once, a window after its last event, with all of them', () => {
  const host = new SimulatedHost(policyWith({ debounce: trailing(10) }));
  for (const at of [0, 4, 13.999]) expect(host.say(at)).toBe(true);
  host.passUntil(23);
  expect(host.fired).toEqual([]);
  host.say(23.999);
  host.passUntil(100);
  expect(host.fired).toEqual([
    { at: 23.999, texts: ['at 0', 'at 4', 'at 13.999'], count: 3, depth: 0 },
    { at: 33.999, texts: ['at 23.999'], count: 1, depth: 0 },
  ]);
});

test('trailing: a burst that never pauses fires after ten windows', () => {
  const host = new SimulatedHost(policyWith({ debounce: trailing(10) }));
  for (let at = 0; at < 250; at += 5) host.say(at);
  expect(host.firedAt).toEqual([100, 200]);
  expect(host.fired.map(({ count }) => count)).toEqual([20, 20]);
});

test('trailing: sessions have bursts of their own', () => {
  const host = new SimulatedHost(policyWith({ debounce: trailing(10) }));
  host.say(0, { sessionId: 'a' });
  host.say(5, { sessionId: 'b' });
  host.passUntil(100);
  expect(host.firedAt).toEqual([10, 15]);
});

test('the newest 50 events are kept, with 50,000 characters at most, and all are counted', () => {
  const host = new SimulatedHost(policyWith({ debounce: trailing(10) }));
  for (let at = 0; at < 60; at += 1) host.say(at / 10);
  host.passUntil(20);
  expect(host.fired[0]).toMatchObject({ count: 60 });
  expect(host.fired[0]?.texts).toHaveLength(50);
  const long = { text: 'x'.repeat(20_000) };
  for (let at = 0; at < 4; at += 1) host.say(20 + at, { data: long });
  host.passUntil(100);
  expect(host.fired[1]).toMatchObject({ count: 4, texts: [long.text, long.text] });
});

test('leading: the first event fires, the others of the burst are skipped but taken', () => {
  const host = new SimulatedHost(policyWith({ debounce: leading(10) }));
  for (const at of [0, 9, 18, 28]) expect(host.say(at)).toBe(true);
  expect(host.firedAt).toEqual([0, 28]);
  expect(host.skipped).toMatchObject([
    { at: 9, reason: 'debounced' },
    { at: 18, reason: 'debounced' },
  ]);
});

test('the cooldown counts from the firing, and does not break a burst', () => {
  const host = new SimulatedHost(policyWith({ debounce: trailing(10), cooldownSeconds: 60 }));
  host.say(0);
  expect(host.say(69)).toBe(false);
  expect(host.say(70)).toBe(true);
  host.passUntil(200);
  expect(host.firedAt).toEqual([10, 80]);
  expect(host.skipped).toMatchObject([{ at: 69, reason: 'cooldown' }]);
});

test('without a cooldown an event that arrives late fires like any other', () => {
  const host = new SimulatedHost(policyWith({ debounce: trailing(0) }));
  host.say(10);
  expect(host.say(9)).toBe(true);
  expect(host.fired).toHaveLength(2);
});

test('quiet hours hold at the event, and again when the burst ends', () => {
  const quietHours = {
    ...{ from: '00:02', to: '00:03', timeZone: 'UTC', offsets: [{ at: 0, minutes: 0 }] },
  };
  const host = new SimulatedHost(policyWith({ debounce: trailing(10), quietHours }));
  expect(host.say(100)).toBe(true);
  expect(host.say(115)).toBe(true);
  expect(host.say(150)).toBe(false);
  expect(host.say(180)).toBe(true);
  host.passUntil(300);
  expect(host.firedAt).toEqual([110, 190]);
  expect(host.skipped).toEqual([
    { at: 115, reason: 'quiet_hours', count: 1 },
    { at: 150, reason: 'quiet_hours', count: 1 },
  ]);
});

test('messages are counted since the last firing, whether they satisfy the rest or not', () => {
  const host = new SimulatedHost(policyWith({ conditions: { minMessages: 3, contains: ['at'] } }));
  const taken = [0, 1, 2, 3, 4, 5].map((at) => host.say(at, at === 1 ? { data: { text: 'no' } } : {}));
  expect(taken).toEqual([false, false, true, false, false, true]);
  expect(host.firedAt).toEqual([2, 5]);
});

test('events that came of five firings are not answered, and a burst is as deep as its deepest event', () => {
  const host = new SimulatedHost(policyWith({ debounce: trailing(10) }));
  expect(host.say(0, { depth: 5 })).toBe(false);
  host.say(1, { depth: 4 });
  host.say(2, { depth: 0 });
  host.passUntil(100);
  expect(host.fired).toMatchObject([{ at: 12, depth: 4 }]);
  expect(host.skipped).toMatchObject([{ at: 0, reason: 'depth_limit' }]);
});

test('events that runs made fire ten times a minute at most, those of people always', () => {
  const host = new SimulatedHost(policyWith());
  for (let at = 0; at < 12; at += 1) host.say(at, { depth: 1 });
  expect(host.say(12)).toBe(true);
  expect(host.say(59, { depth: 1 })).toBe(false);
  expect(host.say(60, { depth: 1 })).toBe(true);
  expect(host.fired).toHaveLength(12);
  expect(host.skipped.every(({ reason }) => reason === 'rate_limit')).toBe(true);
});

test('bursts, cooldowns and counts go on after continue-as-new as if nothing had happened', () => {
  const policy = policyWith({
    ...{ debounce: trailing(10), cooldownSeconds: 60, conditions: { minMessages: 2 } },
  });
  const plain = new SimulatedHost(policy);
  const renewed = new SimulatedHost(policy);
  for (let at = 0; at < 1000; at += at % 7) {
    plain.say(at);
    renewed.say(at);
    renewed.renew();
    at += 1;
  }
  plain.passUntil(2000);
  renewed.passUntil(2000);
  expect(plain.fired.length).toBeGreaterThan(3);
  expect(renewed.fired).toEqual(plain.fired);
  expect(renewed.skipped).toEqual(plain.skipped);
});

test('a firing has ids of its burst and the mapped input; an input that cannot be made is a skip', () => {
  const input = { text: 'event.text', all: 'events.map(each, each.text)', depth: '1 + 1' };
  const decisionOf = (policy: ActivePolicy) => {
    const decisions: ReturnType<typeof fireDecision>[] = [];
    const decider = new Decider(new States(), {
      fired: (firing) => decisions.push(fireDecision(firing)),
      skipped: () => undefined,
      waits: () => undefined,
    });
    decider.decide([new ReadyPolicy(policy)], new SeenEvent(message('Hi', { id: policy.id })));
    return decisions[0];
  };
  const policy = policyWith({ input });
  expect(decisionOf(policy)).toMatchObject({
    ...{ type: 'fire', policyId: policy.id, count: 1 },
    input: { text: 'Hi', all: ['Hi'], depth: 2 },
  });
  expect(decisionOf(policy)).toEqual(decisionOf(policy));
  expect(decisionOf(policyWith())).toMatchObject({ input: { text: 'Hi', messageId: 'm' } });
  expect(decisionOf(policyWith({ input: { x: 'event.nothing' } }))).toMatchObject({
    reason: 'input_failed',
    detail: expect.stringContaining('“x”'),
  });
});
