import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { NewMessage } from '../contracts/activities';
import { addressedAgents, startsTurn } from '../contracts/mentions';
import {
  roomMessages,
  type CancelTurn,
  type RoomState,
  type RoomWorkflowInput,
  type Submission,
  type TurnEnded,
  type TurnTrigger,
} from '../contracts/room';
import { Committer } from './committer';
import { SeenIds } from './message-ids';
import { Renewal } from './renewal';
import { Turns } from './turns';

const submitSignal = defineSignal<[Submission[]]>(roomMessages.submit);
const submitOrRejectUpdate = defineUpdate<boolean, [Submission]>(roomMessages.submitOrReject);
const cancelTurnSignal = defineSignal<[CancelTurn]>(roomMessages.cancelTurn);
const turnEndedSignal = defineSignal<[TurnEnded]>(roomMessages.turnEnded);
const closeSignal = defineSignal(roomMessages.close);
const stateQuery = defineQuery<RoomState>(roomMessages.state);

/**
 * Message ids remembered within an execution: all of them, in practice, since continue-as-new comes earlier. The newest
 * are handed to the next one; of older messages the commit finds that another execution has stored them.
 */
const seenLimit = 50_000;
const seenCarried = 500;
/** Most messages stored in one commit. */
const batchLimit = 100;
/** Continue-as-new carries at most this much text, so that its input stays far below Temporal’s 2 MB. */
const carriedChars = 200_000;

/**
 * One room: takes messages, stores them in order as the room's single writer, and runs the turns they start. Runs for
 * ever (by continue-as-new) until the room is deleted.
 */
export async function roomWorkflow(input: RoomWorkflowInput): Promise<void> {
  const seen = new SeenIds(seenLimit, input.carried?.seen);
  const inbox: Submission[] = [...(input.carried?.inbox ?? [])];
  const renewal = new Renewal();
  const control = { closing: false };
  /** Requests that came before the room was open. */
  const earlyCancels: CancelTurn[] = [];
  const earlyEnds: TurnEnded[] = [];
  let committer: Committer | undefined;
  // eslint-disable-next-line prefer-const -- the handlers, which must be registered first, look at it
  let turns: Turns | undefined;
  /** Messages taken by `submitOrReject` whose turns have not begun yet; of those carried over, all are taken for such. */
  const promised = new Set(inbox.map(({ messageId }) => messageId));

  const take = (submission: Submission): boolean => {
    const fresh = seen.add(submission.messageId);
    if (fresh) inbox.push(submission);
    renewal.note();
    return fresh;
  };

  setHandler(submitSignal, (submissions) => {
    for (const submission of submissions) take(submission);
  });
  setHandler(
    submitOrRejectUpdate,
    (submission) => {
      const fresh = take(submission);
      if (fresh) promised.add(submission.messageId);
      return fresh;
    },
    {
      validator: ({ messageId }: Submission) => {
        const busy = promised.size > 0 || (turns !== undefined && (turns.active || turns.pending.length > 0));
        if (busy && !seen.has(messageId))
          throw ApplicationFailure.nonRetryable('A turn is running', 'turn_in_progress');
      },
    },
  );
  setHandler(cancelTurnSignal, (request) => {
    if (turns) turns.cancel(request);
    else earlyCancels.push(request);
  });
  setHandler(turnEndedSignal, (end) => {
    if (turns) turns.ended(end);
    else earlyEnds.push(end);
  });
  setHandler(closeSignal, () => {
    control.closing = true;
  });
  setHandler(stateQuery, () => ({
    lastSeq: committer?.lastSeq ?? null,
    queued: inbox.length,
    ...(turns?.describe() ?? { running: [], waiting: [] }),
  }));

  try {
    committer = await Committer.open(input);
  } catch (error) {
    if (isRoomGone(error)) return;
    throw error;
  }
  turns = new Turns(input, committer, () => showDetails(committer, turns));
  for (const request of earlyCancels) turns.cancel(request);
  for (const end of earlyEnds) turns.ended(end);
  void turns.startWaiting();

  const quiet = (): boolean => turns.quiet && committer.idle;
  const renewable = (): boolean =>
    renewal.due && quiet() && sizeOf(inbox) < carriedChars && allHandlersFinished();
  for (;;) {
    showDetails(committer, turns);
    await condition(
      () =>
        control.closing ||
        renewable() ||
        renewal.unwatched ||
        (renewal.overdue && !turns.held) ||
        inbox.length > 0,
    );
    if (control.closing) break;
    if (renewal.unwatched) void renewal.watch(quiet);
    if (renewal.overdue) turns.hold();
    if (renewable()) {
      return continueAsNew<typeof roomWorkflow>({
        roomId: input.roomId,
        workspaceId: input.workspaceId,
        carried: {
          lastSeq: committer.lastSeq,
          roster: committer.roster,
          seen: seen.toArray().slice(-seenCarried),
          inbox,
          waiting: [...turns.pending],
          runs: [...turns.runs],
        },
      });
    }
    const batch = inbox.splice(0, batchLimit);
    try {
      await storeBatch(batch, committer, turns);
    } catch (error) {
      if (isRoomGone(error)) break;
      throw error;
    } finally {
      for (const { messageId } of batch) promised.delete(messageId);
    }
  }

  turns.cancelAll('the room was deleted');
  await condition(() => !turns.active);
  await committer.whenIdle();
}

/** Stores a batch of messages and starts, or queues, the turns that they start. */
async function storeBatch(batch: Submission[], committer: Committer, turns: Turns): Promise<void> {
  if (batch.length === 0) return;
  const beginning = turns.beginWith(triggersOf(batch, committer));
  let begun: TurnTrigger | null = null;
  try {
    const result = await committer.commit({
      messages: batch.map(toMessage),
      transitions: beginning ? [turns.startOf(beginning)] : [],
    });
    for (const { author, turnId } of batch) if (author.kind !== 'user') turns.answered(turnId);
    const stored = batch.filter(({ messageId }) => !result.duplicates.includes(messageId));
    if (!result.roster && stored.some(({ messageId }) => messageId === beginning?.messageId))
      begun = beginning;
    const left = triggersOf(stored, committer).filter(({ turnId }) => turnId !== begun?.turnId);
    // Offered first, so that a turn that ends at once finds them waiting.
    if (left.length > 0) turns.offer(left);
  } finally {
    if (beginning) turns.begun(begun);
  }
}

/** The turns that a batch of messages starts, as the roster stands now. */
function triggersOf(batch: readonly Submission[], { roster }: Committer): TurnTrigger[] {
  return batch
    .filter((submission) => submission.author.kind === 'user' && startsTurn(submission, roster))
    .map((submission) => ({
      turnId: submission.turnId,
      messageId: submission.messageId,
      by: submission.author.name,
      addressed: addressedAgents(submission, roster.agents).map(({ memberId }) => memberId),
    }));
}

function toMessage(submission: Submission): NewMessage {
  const { messageId, author, mentions, replyTo, turnId, text, answerKey } = submission;
  const content = answerKey === undefined ? { text } : { answerKey };
  return { id: messageId, author, mentions, replyTo, turnId, content };
}

const isRoomGone = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof ApplicationFailure && error.cause.type === 'room_gone';

const sizeOf = (submissions: readonly Submission[]): number =>
  submissions.reduce((sum, { text }) => sum + text.length + 500, 0);

/** What an operator reads at the top of the room's page in the Temporal UI. */
function showDetails({ roster, lastSeq }: Committer, turns: Turns | undefined): void {
  const { running, waiting } = turns?.describe() ?? { running: [], waiting: [] };
  const agents = roster.agents.map(({ name }) => name).join(', ') || 'none';
  const lines = running.map(({ turnId, speaker, answers }) => {
    const doing = speaker ? `**${speaker}** is writing` : 'choosing who speaks';
    return `- turn \`${turnId}\`: ${doing}, ${answers} answers so far`;
  });
  const summary = `${lastSeq} messages · agents: ${agents} · policy: ${roster.turnPolicy} · turns: ${running.length} running, ${waiting.length} waiting`;
  setCurrentDetails([`### ${roster.name}`, summary, ...lines].join('\n\n'));
}
