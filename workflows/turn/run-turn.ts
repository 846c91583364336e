import { ActivityFailure, ApplicationFailure, proxyActivities, TimeoutFailure } from '@temporalio/workflow';
import type { AnswerResult, ModelActivities, TurnStep } from '../contracts/activities';
import type { ErrorView, TurnEnd } from '../contracts/events';
import { isModelFailure, modelFailures } from '../contracts/model-failures';
import type { Roster, RosterAgent, TurnTrigger } from '../contracts/room';
import { messageId } from '../room/message-ids';

/** What a turn needs of the room it runs in. */
export interface TurnRoom {
  readonly roomId: string;
  readonly workspaceId: string;
  readonly roster: Roster;
  readonly lastSeq: () => number;
  /** Called when an agent begins to write; `null` between answers. */
  readonly onSpeaker: (speaker: { name: string; messageId: string } | null) => void;
  /** Posts an answer that is followed by more. */
  readonly post: (answer: Answer) => Promise<void>;
}

/** A finished answer, waiting to be stored as a message. */
export interface Answer {
  messageId: string;
  answerKey: string;
  agent: RosterAgent;
  mentions: string[];
}

export interface TurnResult {
  reason: TurnEnd;
  answers: number;
  /** The last answer, not posted yet, so that it is stored together with the end of the turn. */
  last: Answer | null;
}

/** The turn took longer than it may. */
export class TurnDeadlineError extends Error {}

/**
 * Runs one turn: who is addressed answers, in order; otherwise the router picks among the agents. An answer that
 * addresses another agent gives it the word. Ends when nobody is left to speak, an agent says TASK_COMPLETE, or the
 * round limit is reached.
 * @throws ActivityFailure when a model call fails for good, CancelledFailure when the turn is cancelled,
 *   TurnDeadlineError past the deadline.
 */
export async function runTurn(turn: TurnTrigger, room: TurnRoom): Promise<TurnResult> {
  const { roster } = room;
  const deadline = Date.now() + roster.turnSeconds * 1000;
  const queue = turn.addressed.flatMap((memberId) =>
    roster.agents.filter((agent) => agent.memberId === memberId),
  );
  const routed = queue.length === 0;
  const spoken: string[] = [];
  let steps = 0;

  const step = (kind: 'answer' | 'route'): TurnStep => {
    steps += 1;
    return {
      roomId: room.roomId,
      workspaceId: room.workspaceId,
      turnId: turn.turnId,
      key: `${steps}/${kind}`,
      uptoSeq: room.lastSeq(),
      spoken: [...spoken],
    };
  };
  const models = (): ReturnType<typeof modelActivities> => modelActivities(roster, deadline - Date.now());

  const next = async (): Promise<RosterAgent | undefined> => {
    if (queue.length > 0 || !routed) return queue.shift();
    if (roster.agents.length === 1) return spoken.length === 0 ? roster.agents[0] : undefined;
    const candidates = roster.agents.map(({ memberId, name }) => ({ memberId, name }));
    const { memberId } = await models().route.executeWithOptions({ summary: 'Who speaks next?' }, [
      { ...step('route'), candidates },
    ]);
    return roster.agents.find((agent) => agent.memberId === memberId);
  };

  for (;;) {
    const agent = await next();
    if (!agent)
      return { reason: spoken.length === 0 ? 'nobody' : 'answered', answers: spoken.length, last: null };

    const id = messageId();
    room.onSpeaker({ name: agent.name, messageId: id });
    const request = { ...step('answer'), messageId: id, agent };
    const result: AnswerResult = await models().answer.executeWithOptions(
      { summary: `${agent.name} answers` },
      [request],
    );
    room.onSpeaker(null);
    spoken.push(agent.name);

    const answer: Answer = { messageId: id, answerKey: request.key, agent, mentions: result.mentions };
    const addressed = roster.agents.filter(
      (other) => other !== agent && result.mentions.includes(other.memberId),
    );
    for (const other of addressed) if (!queue.includes(other)) queue.push(other);

    const goesOn = queue.length > 0 || (routed && roster.agents.length > 1);
    const end = (reason: TurnEnd): TurnResult => ({ reason, answers: spoken.length, last: answer });
    if (result.complete) return end('task_complete');
    if (!goesOn) return end('answered');
    if (spoken.length >= roster.maxRounds) return end('round_limit');
    await room.post(answer);
  }
}

function modelActivities(
  roster: Roster,
  remainingMs: number,
): ReturnType<typeof proxyActivities<ModelActivities>> {
  if (remainingMs <= 0) throw new TurnDeadlineError();
  return proxyActivities<ModelActivities>({
    taskQueue: 'models',
    startToCloseTimeout: roster.modelSeconds * 1000,
    // The deadline of the turn, without a timer of its own.
    scheduleToCloseTimeout: remainingMs,
    // A worker that dies is noticed this fast; calls send a heartbeat about once a second.
    heartbeatTimeout: '3s',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    // Servers of ours that are away are waited for until the deadline; for the provider the activity gives up earlier.
    retry: { initialInterval: '200ms', backoffCoefficient: 2.5, maximumInterval: '5s' },
  });
}

/** What people are told of a turn that failed. */
export function describeFailure(error: unknown): ErrorView {
  if (error instanceof TurnDeadlineError) return deadlineExceeded;
  if (error instanceof ActivityFailure) {
    const { cause } = error;
    if (cause instanceof ApplicationFailure && isModelFailure(cause.type)) {
      return { code: cause.type, detail: modelFailures[cause.type].detail };
    }
    if (cause instanceof TimeoutFailure) {
      return cause.timeoutType === 'SCHEDULE_TO_CLOSE'
        ? deadlineExceeded
        : { code: 'model_timeout', detail: modelFailures.model_timeout.detail };
    }
  }
  return {
    code: 'turn_failed',
    detail: 'The turn failed for an unexpected reason. Its history is in the Temporal UI.',
  };
}

const deadlineExceeded: ErrorView = {
  code: 'turn_deadline',
  detail: 'The turn took longer than it may (ROOM_TURN_SECONDS).',
};
