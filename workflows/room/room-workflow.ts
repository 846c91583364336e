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
import type { TriggerEvent } from '../contracts/triggers/events';
import { hostMessages, type HostProgress } from '../contracts/triggers/host';
import { Dispatcher } from '../triggers/dispatcher';
import { LocalTurn } from '../local-turn';
import { isRoomGone } from '../triggers/trigger-activities';
import { Committer, leftOut } from './committer';
import { SeenIds } from './message-ids';
import { Renewal } from './renewal';
import { Turns } from './turns';

const submitSignal = defineSignal<[Submission[]]>(roomMessages.submit);
const submitOrRejectUpdate = defineUpdate<boolean, [Submission]>(roomMessages.submitOrReject);
const cancelTurnSignal = defineSignal<[CancelTurn]>(roomMessages.cancelTurn);
const turnEndedSignal = defineSignal<[TurnEnded]>(roomMessages.turnEnded);
const closeSignal = defineSignal(roomMessages.close);
const eventsSignal = defineSignal<[TriggerEvent[]]>(hostMessages.events);
const triggersQuery = defineQuery<HostProgress>(hostMessages.progress);
const stateQuery = defineQuery<RoomState>(roomMessages.state);

/**
 * Ids of messages and events remembered within an execution: all of them, in practice, since continue-as-new comes earlier. The newest
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
  const events: TriggerEvent[] = [...(input.carried?.events ?? [])];
  const renewal = new Renewal();
  const turn = new LocalTurn();
  const { roomId, workspaceId } = input;
  const dispatcher = new Dispatcher({ workspaceId, roomId }, turn, events, input.carried?.triggers);
  /** `holding`: no burst ends until the messages that have arrived are decided over. */
  const control = { closing: false, holding: false };
  /** Messages of this execution, duplicates left out: how many have arrived, and how many of them are dealt with. */
  const count = { arrived: inbox.length, stored: 0 };
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
    if (fresh) {
      inbox.push(submission);
      count.arrived += 1;
    }
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
  setHandler(eventsSignal, (happened) => {
    events.push(...happened.filter(({ id }) => seen.add(id)));
    renewal.note();
  });
  setHandler(triggersQuery, () => dispatcher.progress());
  setHandler(closeSignal, () => {
    control.closing = true;
  });
  setHandler(stateQuery, () => ({
    lastSeq: committer?.lastSeq ?? null,
    queued: inbox.length,
    ...(turns?.describe() ?? { running: [], waiting: [] }),
  }));

  try {
    committer = await Committer.open(input, dispatcher, turn);
  } catch (error) {
    if (isRoomGone(error)) return;
    throw error;
  }
  turns = new Turns(input, committer, () => showDetails(committer, turns), {
    get empty() {
      return count.stored === count.arrived;
    },
    stored: () => {
      const { arrived } = count;
      return condition(() => count.stored >= arrived || control.closing);
    },
  });
  for (const request of earlyCancels) turns.cancel(request);
  for (const end of earlyEnds) turns.ended(end);
  void turns.startWaiting();
  void dispatcher.run(() => renewal.overdue);

  const quiet = (): boolean => turns.quiet && committer.idle && dispatcher.settled;
  const renewable = (): boolean =>
    renewal.due && quiet() && sizeOf(inbox) < carriedChars && dispatcher.portable && allHandlersFinished();
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
    if (renewal.overdue) {
      turns.hold();
      renewal.stop();
    }
    if (renewable() && !dispatcher.flushed) {
      await dispatcher.flush();
      continue;
    }
    if (renewable()) {
      const triggers = dispatcher.carry();
      return continueAsNew<typeof roomWorkflow>({
        roomId,
        workspaceId,
        carried: {
          lastSeq: committer.lastSeq,
          roster: committer.roster,
          seen: seen.toArray().slice(-seenCarried),
          inbox,
          waiting: [...turns.pending],
          runs: [...turns.runs],
          ...(triggers && { triggers }),
          ...(events.length > 0 && { events }),
        },
      });
    }
    const batch = inbox.splice(0, batchLimit);
    try {
      if (!control.holding) dispatcher.hold();
      control.holding = true;
      await storeBatch(batch, committer, turns);
    } catch (error) {
      if (!isRoomGone(error)) throw error;
      control.closing = true;
    } finally {
      // Messages that wait were sent before now: they may belong to a burst that is over now.
      control.holding = inbox.length > 0;
      if (!control.holding) dispatcher.release();
      count.stored += batch.length;
      for (const { messageId } of batch) promised.delete(messageId);
    }
  }

  turns.cancelAll('the room was deleted');
  await dispatcher.stop();
  await condition(() => !turns.active);
  await committer.whenIdle();
}

/** Stores a batch of messages and starts, or queues, the turns that they start. */
async function storeBatch(batch: Submission[], committer: Committer, turns: Turns): Promise<void> {
  if (batch.length === 0) return;
  const messages = batch.map(toMessage);
  const beginning = turns.beginWith(triggersOf(batch, committer, committer.takes(messages)));
  let begun: TurnTrigger | null = null;
  try {
    const result = await committer.commit({
      messages,
      transitions: beginning ? [turns.startOf(beginning)] : [],
    });
    for (const { author, turnId } of batch) if (author.kind !== 'user') turns.answered(turnId);
    const stored = batch.filter(({ messageId }) => !result.duplicates.includes(messageId));
    if (!leftOut(result) && stored.some(({ messageId }) => messageId === beginning?.messageId))
      begun = beginning;
    const left = triggersOf(stored, committer, result.taken).filter(({ turnId }) => turnId !== begun?.turnId);
    // Offered first, so that a turn that ends at once finds them waiting.
    if (left.length > 0) turns.offer(left);
  } finally {
    if (beginning) turns.begun(begun);
  }
}

/**
 * The turns that a batch of messages starts, as the roster stands now.
 * @param taken ids of the messages that trigger policies take: those start none.
 */
function triggersOf(
  batch: readonly Submission[],
  { roster }: Committer,
  taken: ReadonlySet<string>,
): TurnTrigger[] {
  return batch
    .filter(({ author, messageId }) => author.kind === 'user' && !taken.has(messageId))
    .filter((submission) => startsTurn(submission, roster))
    .map((submission) => ({
      turnId: submission.turnId,
      messageId: submission.messageId,
      by: submission.author.name,
      addressed: addressedAgents(submission, roster.agents).map(({ memberId }) => memberId),
    }));
}

function toMessage(submission: Submission): NewMessage {
  const { messageId, author, mentions, replyTo, turnId, text, answerKey, role, at, depth } = submission;
  const content = answerKey === undefined ? { text } : { answerKey };
  const origin = {
    ...(role && { role }),
    ...(at !== undefined && { at }),
    ...(depth !== undefined && { depth }),
  };
  return { id: messageId, author, mentions, replyTo, turnId, content, ...origin };
}

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
