import type { Arrival } from './room-client';

/** What one client was there for. */
export interface Witness {
  name: string;
  /** seq of the newest message when it came. */
  since: number;
  arrivals: readonly Arrival[];
  /** Went before the end, so it cannot have everything. */
  left: boolean;
}

/** A line as it went. */
export interface Posted {
  messageId: string;
  accepted: boolean;
}

export interface Verdict {
  /** Lines that were not accepted. */
  refused: number;
  /** Lines that were accepted and are not in the room. */
  lost: number;
  /** Lines that the room has before an earlier one. */
  misplaced: number;
  /** Clients that did not see exactly what the room has, in its order, each message once. */
  misled: string[];
  ok: boolean;
}

/** Compares what was posted and what every client saw with what the room has. */
export function judge(
  posted: readonly Posted[],
  history: readonly Arrival[],
  witnesses: readonly Witness[],
): Verdict {
  const seqs = new Map(history.map(({ id, seq }) => [id, seq]));
  const accepted = posted.filter(({ accepted }) => accepted);
  const stored = accepted.flatMap(({ messageId }) => seqs.get(messageId) ?? []);
  const misled = witnesses.flatMap((witness) => {
    const flaw = flawOf(witness, history);
    return flaw === null ? [] : [`${witness.name}: ${flaw}`];
  });
  const verdict = {
    refused: posted.length - accepted.length,
    lost: accepted.length - stored.length,
    misplaced: stored.filter((seq, index) => index > 0 && seq < (stored[index - 1] ?? 0)).length,
    misled,
  };
  const { refused, lost, misplaced } = verdict;
  return { ...verdict, ok: refused + lost + misplaced + misled.length === 0 };
}

function flawOf({ since, arrivals, left }: Witness, history: readonly Arrival[]): string | null {
  const due = history.filter(({ seq }) => seq > since);
  const wrong = arrivals.findIndex(({ id, seq }, index) => due[index]?.id !== id || due[index].seq !== seq);
  if (wrong !== -1) {
    return `got message ${arrivals[wrong]?.seq ?? 0} where ${due[wrong]?.seq ?? 'nothing'} was due`;
  }
  return !left && arrivals.length < due.length
    ? `${due.length - arrivals.length} messages are missing`
    : null;
}
