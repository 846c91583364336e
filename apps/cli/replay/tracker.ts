import type { ServerFrame } from '../../../workflows/contracts/events';

export type TurnOutcome = 'answered' | 'failed' | 'cancelled';

interface Trace {
  sender: number;
  sentAt: number;
  acceptedAt: number | null;
  /** When the observer had it. */
  observedAt: number | null;
  /** When the last of the others had it. */
  lastAt: number | null;
}

/** Follows messages and turns from the first client, the observer, and from all others. */
export interface Tracker {
  /** @param sender number of the client that sends it. */
  sent(messageId: string, sender: number): void;
  accepted(messageId: string, turnId: string | null): void;
  /** @param client its number; 0 is the observer. */
  received(client: number, frame: ServerFrame, at: number): void;
  /** Turns that have not ended yet, as far as the observer knows. */
  openTurns(): string[];
  endTurn(turnId: string, outcome: TurnOutcome): void;
  readonly acceptedCount: number;
  readonly answers: number;
  turns(): Record<TurnOutcome, number>;
  /** All in milliseconds from the sending. */
  times(): { accepted: number[]; observed: number[]; last: number[] };
}

export const observer = 0;

export function createTracker(): Tracker {
  const traces = new Map<string, Trace>();
  const turns = new Map<string, TurnOutcome | null>();
  /** Ends that were told before `accepted` came. */
  const early = new Map<string, TurnOutcome>();
  let acceptedCount = 0;
  let answers = 0;

  function endTurn(turnId: string, outcome: TurnOutcome): void {
    if (turns.has(turnId)) turns.set(turnId, outcome);
    else early.set(turnId, outcome);
  }

  function created(client: number, messageId: string, at: number): void {
    const trace = traces.get(messageId);
    if (!trace || trace.sender === client) return;
    if (client === observer) trace.observedAt = at;
    trace.lastAt = Math.max(trace.lastAt ?? 0, at);
  }

  return {
    sent(messageId, sender) {
      const sentAt = performance.now();
      traces.set(messageId, { sender, sentAt, acceptedAt: null, observedAt: null, lastAt: null });
    },
    accepted(messageId, turnId) {
      const trace = traces.get(messageId);
      if (trace) trace.acceptedAt = performance.now();
      acceptedCount += 1;
      if (turnId !== null) turns.set(turnId, early.get(turnId) ?? null);
    },
    received(client, frame, at) {
      if (frame.type === 'message.created') {
        created(client, frame.message.id, at);
        if (client === observer && frame.message.author.kind === 'agent') answers += 1;
      }
      if (client !== observer) return;
      if (frame.type === 'turn.finished') endTurn(frame.turnId, 'answered');
      if (frame.type === 'turn.failed') endTurn(frame.turnId, 'failed');
      if (frame.type === 'turn.cancelled') endTurn(frame.turnId, 'cancelled');
    },
    openTurns: () => [...turns].flatMap(([turnId, outcome]) => (outcome === null ? [turnId] : [])),
    endTurn,
    get acceptedCount() {
      return acceptedCount;
    },
    get answers() {
      return answers;
    },
    turns() {
      const count = (wanted: TurnOutcome): number =>
        [...turns.values()].filter((outcome) => outcome === wanted).length;
      return { answered: count('answered'), failed: count('failed'), cancelled: count('cancelled') };
    },
    times() {
      const of = (moment: 'acceptedAt' | 'observedAt' | 'lastAt'): number[] =>
        [...traces.values()].flatMap((trace) => {
          const at = trace[moment];
          return at === null ? [] : [at - trace.sentAt];
        });
      return { accepted: of('acceptedAt'), observed: of('observedAt'), last: of('lastAt') };
    },
  };
}
