import type { ServerFrame } from '../../../../workflows/contracts/events';

/** A turn that is running. */
export interface RunningTurn {
  readonly turnId: string;
  /** The message that started it. */
  readonly messageId: string;
  /** It runs the room's workflow; the run has the turn's id. */
  readonly isRun: boolean;
  /** Events were missed since: it may have ended. */
  readonly doubtful: boolean;
}

/**
 * How a turn, or an approval in it, ended, where that is not an answer, or that a trigger policy runs a workflow: shown
 * between the messages.
 */
export interface TurnNote {
  /** Of the turn, the approval, or the run of the policy. */
  readonly id: string;
  /** The run of a workflow that it belongs to; null: the agents of the room answered. */
  readonly workflowRunId: string | null;
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
  workflow_completed: null,
  round_limit: 'The agents stopped at the round limit.',
  nobody: 'No agent needed to answer.',
} as const;

function noteOf(frame: TurnFrame, isRun: boolean, afterSeq: number): TurnNote | null {
  const note = { id: frame.turnId, workflowRunId: isRun ? frame.runId : null, afterSeq };
  switch (frame.type) {
    case 'turn.started':
      return null;
    case 'turn.finished': {
      const text = quietEnds[frame.reason];
      return text === null ? null : { ...note, kind: 'quiet', text };
    }
    case 'turn.failed':
      return { ...note, kind: 'failed', text: `No answer: ${frame.error.detail}` };
    case 'turn.cancelled':
      return { ...note, kind: 'cancelled', text: `Stopped by ${frame.by}.` };
  }
}

/**
 * @param newestSeq of the room now.
 * @param runsWorkflow whether a turn that begins now runs the room's workflow.
 */
export function reduceTurns(turns: Turns, frame: TurnFrame, newestSeq: number, runsWorkflow: boolean): Turns {
  const others = turns.running.filter(({ turnId }) => turnId !== frame.turnId);
  if (frame.type === 'turn.started') {
    if (turns.ended.includes(frame.turnId)) return turns;
    const { turnId, messageId } = frame;
    const begun = { turnId, messageId, isRun: runsWorkflow, doubtful: false };
    return { ...turns, running: [...others, begun] };
  }
  if (turns.ended.includes(frame.turnId)) return turns;
  const known = turns.running.find(({ turnId }) => turnId === frame.turnId);
  const note = noteOf(frame, known?.isRun ?? runsWorkflow, newestSeq);
  return {
    running: others,
    notes: note === null ? turns.notes : [...turns.notes, note],
    ended: [...turns.ended, frame.turnId].slice(-endedKept),
  };
}

/** The run of a trigger policy is told below the newest message; it answers nobody, so it is not among the running turns. */
export function noteFiring(
  turns: Turns,
  { runId, name }: Extract<ServerFrame, { type: 'trigger.fired' }>,
  newestSeq: number,
): Turns {
  const text = `${name} runs a workflow.`;
  const note: TurnNote = { id: runId, workflowRunId: runId, kind: 'quiet', afterSeq: newestSeq, text };
  return { ...turns, notes: [...turns.notes, note] };
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
    running: [...others.map((turn) => ({ ...turn, doubtful: false })), ...begun],
  };
}
