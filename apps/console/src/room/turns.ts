import type { ServerFrame } from '../../../../workflows/contracts/events';

/** A turn that is running. */
export interface RunningTurn {
  readonly turnId: string;
  /** The message that started it. */
  readonly messageId: string;
  /** Events were missed since: it may have ended. */
  readonly doubtful: boolean;
}

/** How a turn ended, where that is not an answer: shown between the messages. */
export interface TurnNote {
  readonly turnId: string;
  readonly kind: 'failed' | 'cancelled' | 'quiet';
  /** The message below which it is shown. */
  readonly afterSeq: number;
  readonly text: string;
}

export interface Turns {
  readonly running: readonly RunningTurn[];
  readonly notes: readonly TurnNote[];
  /** Ids of turns that have ended, newest last, bounded: a late answer about what is running may still name them. */
  readonly ended: readonly string[];
}

export const noTurns: Turns = { running: [], notes: [], ended: [] };

const endedKept = 100;

type TurnFrame = Extract<
  ServerFrame,
  { type: 'turn.started' | 'turn.finished' | 'turn.failed' | 'turn.cancelled' }
>;

const quietEnds = {
  answered: null,
  task_complete: null,
  round_limit: 'The agents stopped at the round limit.',
  nobody: 'No agent needed to answer.',
} as const;

function noteOf(frame: TurnFrame, afterSeq: number): TurnNote | null {
  const { turnId } = frame;
  switch (frame.type) {
    case 'turn.started':
      return null;
    case 'turn.finished': {
      const text = quietEnds[frame.reason];
      return text === null ? null : { turnId, kind: 'quiet', afterSeq, text };
    }
    case 'turn.failed':
      return { turnId, kind: 'failed', afterSeq, text: `No answer: ${frame.error.detail}` };
    case 'turn.cancelled':
      return { turnId, kind: 'cancelled', afterSeq, text: `Stopped by ${frame.by}.` };
  }
}

/** @param newestSeq of the room now. */
export function reduceTurns(turns: Turns, frame: TurnFrame, newestSeq: number): Turns {
  const others = turns.running.filter(({ turnId }) => turnId !== frame.turnId);
  if (frame.type === 'turn.started') {
    if (turns.ended.includes(frame.turnId)) return turns;
    return {
      ...turns,
      running: [...others, { turnId: frame.turnId, messageId: frame.messageId, doubtful: false }],
    };
  }
  if (turns.ended.includes(frame.turnId)) return turns;
  const note = noteOf(frame, newestSeq);
  return {
    running: others,
    notes: note === null ? turns.notes : [...turns.notes, note],
    ended: [...turns.ended, frame.turnId].slice(-endedKept),
  };
}

export const doubtTurns = (turns: Turns): Turns => ({
  ...turns,
  running: turns.running.map((turn) => ({ ...turn, doubtful: true })),
});

/**
 * Takes over what the record says is running. The record may be a little old: turns that have ended since do not come
 * back, those that have begun since stay.
 */
export function settleTurns(turns: Turns, recorded: readonly Omit<RunningTurn, 'doubtful'>[]): Turns {
  const begun = turns.running.filter(({ doubtful }) => !doubtful);
  const others = recorded.filter(
    ({ turnId }) => !turns.ended.includes(turnId) && !begun.some((turn) => turn.turnId === turnId),
  );
  return {
    ...turns,
    running: [...others.map(({ turnId, messageId }) => ({ turnId, messageId, doubtful: false })), ...begun],
  };
}
