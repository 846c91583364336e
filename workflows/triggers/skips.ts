import { hourOf } from './decisions';
import type { Skipped } from './verdicts';

/** Most kinds of skips that are counted before the counts begin anew. */
const mostKinds = 5000;

/** Skips that are alike: of a policy in a session, for one reason, in one hour, until it fires. */
interface Kind {
  /** The newest. */
  skip: Skipped;
  hour: number;
  /** How many so far, in all. */
  count: number;
  generation: number;
}

/** Skips that are alike, on their way into the record. */
export interface CountedSkip extends Skipped {
  /** Counts begin anew with each: in records of their own. */
  generation: number;
}

/**
 * Skips on their way into the record; those that are alike are counted in one. The count is that of the whole execution and
 * not of the ones since the last record: what a workflow task that was lost has recorded is counted again by the next one.
 */
export class Skips {
  /** By policy. */
  private readonly kinds = new Map<string, Kind[]>();
  private readonly waiting = new Set<Kind>();
  private known = 0;
  private generation = 0;

  get size(): number {
    return this.waiting.size;
  }

  add(skip: Skipped): void {
    const kind = this.kindOf(skip);
    kind.skip = skip;
    kind.count += skip.count;
    this.waiting.add(kind);
  }

  /** Takes the oldest out. */
  take(most: number): CountedSkip[] {
    const taken = [...this.waiting].slice(0, most);
    for (const kind of taken) this.waiting.delete(kind);
    return taken.map(({ skip, count, generation }) => ({ ...skip, count, generation }));
  }

  private kindOf(skip: Skipped): Kind {
    const { policyId, sessionId, reason, lastFiredAt } = skip;
    const hour = hourOf(skip.event);
    const found = this.kinds
      .get(policyId)
      ?.find(
        (kind) =>
          kind.hour === hour &&
          kind.skip.reason === reason &&
          kind.skip.sessionId === sessionId &&
          kind.skip.lastFiredAt === lastFiredAt,
      );
    if (found) return found;
    if (this.known === mostKinds) this.beginAnew();
    const fresh: Kind = { skip, hour, count: 0, generation: this.generation };
    this.known += 1;
    const others = this.kinds.get(policyId);
    if (others) others.push(fresh);
    else this.kinds.set(policyId, [fresh]);
    return fresh;
  }

  private beginAnew(): void {
    this.kinds.clear();
    this.known = 0;
    this.generation += 1;
  }
}
