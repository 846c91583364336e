import type { TriggerEvent } from '../../../workflows/contracts/triggers/events';
import type { ActivePolicy } from '../../../workflows/contracts/triggers/policy';
import { Decider } from '../../../workflows/triggers/decider';
import { fireDecision } from '../../../workflows/triggers/decisions';
import { PolicyIndex } from '../../../workflows/triggers/match';
import { SeenEvent } from '../../../workflows/triggers/seen-event';
import { Skips } from '../../../workflows/triggers/skips';
import { States, Supposition } from '../../../workflows/triggers/states';

/** Decides over messages as a room’s workflow does, and records nothing. */
export interface DecidingRoom {
  /** What policies would do, as it is found out before a message is stored. @returns whether some policy would take it. */
  suppose(event: TriggerEvent): boolean;
  /** Decides for good. @returns whether some policy takes the message. */
  decide(event: TriggerEvent): boolean;
  /** What was decided so far. */
  readonly counts: { fired: number; skipped: number };
}

const nobody = { fired: () => undefined, skipped: () => undefined, waits: () => undefined };

export function createDecidingRoom(policies: readonly ActivePolicy[]): DecidingRoom {
  const index = new PolicyIndex(policies);
  const states = new States();
  const skips = new Skips();
  const counts = { fired: 0, skipped: 0 };
  const decider = new Decider(states, {
    fired: (firing) => {
      fireDecision(firing);
      counts.fired += 1;
    },
    skipped: (skip) => {
      skips.add(skip);
      counts.skipped += 1;
    },
    waits: () => undefined,
  });
  return {
    counts,
    suppose: (event) =>
      new Decider(new Supposition(states), nobody).decide(index.concernedBy(event), new SeenEvent(event)),
    decide: (event) => decider.decide(index.concernedBy(event), new SeenEvent(event)),
  };
}
