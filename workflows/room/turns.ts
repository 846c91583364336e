import { CancellationScope, isCancellation, log, patched } from '@temporalio/workflow';
import type { NewMessage, TurnTransition } from '../contracts/activities';
import type {
  CancelTurn,
  RoomState,
  RoomWorkflowInput,
  Roster,
  TurnEnded,
  TurnTrigger,
} from '../contracts/room';
import { describeFailure, runTurn, type Answer, type TurnResult } from '../turn/run-turn';
import { leftOut, type Committed, type Committer } from './committer';
import { WorkflowTurns } from './workflow-turns';

/** Most turns at once in a room whose policy is `parallel`. */
const parallelTurns = 5;
/** Most turns that wait; more are cancelled at once. */
const waitingLimit = 1000;
const cancelledEarlyLimit = 100;

interface RunningTurn {
  trigger: TurnTrigger;
  scope: CancellationScope;
  speaker: { name: string; messageId: string } | null;
  answers: number;
  /** Who asked for its end. */
  cancelledBy: string | null;
  /** It runs the room's workflow. */
  isRun: boolean;
  /** Its run has ended, which is about to be recorded. */
  hasEnded: boolean;
}

/** Messages that have arrived and are not stored yet. */
export interface Inbox {
  readonly empty: boolean;
  /** Resolves when those that have arrived before are stored, or never will be. */
  stored(): Promise<void>;
}

/** Starts turns as the room's policy says, runs them, and records how they end. */
export class Turns {
  private readonly running = new Map<string, RunningTurn>();
  private readonly waiting: TurnTrigger[];
  private readonly workflows: WorkflowTurns;
  /** Turns whose start is being committed. */
  private starting = 0;
  /** Cancelled before they began, with who asked: their message may be on its way. */
  private readonly cancelledEarly = new Map<string, string>();
  /** No new turn begins: the workflow is about to continue as new or to end. */
  held = false;

  constructor(
    private readonly room: RoomWorkflowInput,
    private readonly committer: Committer,
    /** Called when what `describe` tells has changed. */
    private readonly onChange: () => void,
    private readonly inbox: Inbox,
  ) {
    this.waiting = [...(room.carried?.waiting ?? [])];
    this.workflows = new WorkflowTurns(room);
    for (const trigger of room.carried?.runs ?? []) this.launch(trigger, 'under way');
  }

  /** Some turn is running or about to. */
  get active(): boolean {
    return this.running.size > 0 || this.starting > 0;
  }

  /** Nothing is at work but runs of the room's workflow, which go on by themselves. */
  get quiet(): boolean {
    return this.starting === 0 && this.runs.length === this.running.size;
  }

  /** Turns that run the room's workflow, until they have ended. */
  get runs(): readonly TurnTrigger[] {
    return [...this.running.values()]
      .filter(({ isRun, hasEnded }) => isRun && !hasEnded)
      .map(({ trigger }) => trigger);
  }

  get pending(): readonly TurnTrigger[] {
    return this.waiting;
  }

  describe(): Pick<RoomState, 'running' | 'waiting'> {
    const running = [...this.running.values()].map(({ trigger, speaker, answers }) => ({
      turnId: trigger.turnId,
      messageId: trigger.messageId,
      speaker: speaker?.name ?? null,
      answers,
    }));
    return { running, waiting: this.waiting.map(({ turnId }) => turnId) };
  }

  hold(): void {
    this.held = true;
  }

  /**
   * Picks the turn that can begin at once out of a batch about to be stored, so that its start is stored with it; the
   * caller reports back with `begun`. The others are left to `offer`.
   */
  beginWith(triggers: readonly TurnTrigger[]): TurnTrigger | null {
    const [first] = triggers;
    if (!first || this.held || this.active || this.waiting.length > 0) return null;
    // Of several messages in a room that interrupts only the newest counts: `offer` sorts that out.
    if (this.committer.roster.turnPolicy === 'interrupt' && triggers.length > 1) return null;
    this.starting += 1;
    return first;
  }

  /** The start of the turn from `beginWith` is stored; null: it was left out (a duplicate, a new roster, new policies). */
  begun(trigger: TurnTrigger | null): void {
    this.starting -= 1;
    if (trigger) this.launch(trigger, this.committer.roster.workflow ?? null);
    else void this.startWaiting();
  }

  /** What is stored when a turn begins. */
  startOf({ turnId, messageId }: TurnTrigger): TurnTransition {
    const { workflow } = this.committer.roster;
    return { type: 'started', turnId, messageId, ...(workflow && { workflow }) };
  }

  /** The run of a turn has ended, or has posted. */
  ended(end: TurnEnded): void {
    this.workflows.ended(end);
  }

  answered(turnId: string): void {
    const turn = this.running.get(turnId);
    if (turn) turn.answers += 1;
  }

  /** Turns for messages that are stored: each runs when the policy lets it. */
  offer(triggers: readonly TurnTrigger[]): void {
    const newest = triggers.at(-1);
    if (this.committer.roster.turnPolicy === 'interrupt' && newest) {
      const superseded = [...this.waiting.splice(0), ...triggers.slice(0, -1)];
      for (const turnId of [...this.running.keys()]) this.cancel({ turnId, by: newest.by });
      this.dropWaiting(superseded, newest.by);
      this.waiting.push(newest);
    } else {
      this.waiting.push(...triggers);
      this.dropWaiting(this.waiting.splice(waitingLimit), 'the limit of waiting turns');
    }
    void this.startWaiting();
  }

  /** Cancels a turn that runs, waits or is yet to begin. Nothing happens when it has ended. */
  cancel({ turnId, by }: CancelTurn): void {
    const running = this.running.get(turnId);
    if (running) {
      running.cancelledBy ??= by;
      if (running.isRun) void this.workflows.cancel(turnId, by);
      else running.scope.cancel();
      return;
    }
    const at = this.waiting.findIndex((trigger) => trigger.turnId === turnId);
    if (at >= 0) this.dropWaiting(this.waiting.splice(at, 1), by);
    else this.cancelledEarly.set(turnId, by);
    for (const oldest of this.cancelledEarly.keys()) {
      if (this.cancelledEarly.size <= cancelledEarlyLimit) break;
      this.cancelledEarly.delete(oldest);
    }
  }

  cancelAll(by: string): void {
    this.hold();
    for (const turnId of [...this.running.keys()]) this.cancel({ turnId, by });
    this.waiting.length = 0;
  }

  async startWaiting(): Promise<void> {
    while (!this.held && this.waiting.length > 0 && this.running.size + this.starting < this.capacity()) {
      const trigger = this.waiting.shift();
      if (!trigger) return;
      this.starting += 1;
      const result = await this.record(this.startOf(trigger));
      // Something changed under it: its start was left out, so it is stored again with what is known now.
      if (result && leftOut(result)) {
        this.starting -= 1;
        this.waiting.unshift(trigger);
        continue;
      }
      this.begun(result ? trigger : null);
    }
  }

  private capacity(): number {
    return this.committer.roster.turnPolicy === 'parallel' ? parallelTurns : 1;
  }

  /** @param workflow that the turn runs; null: the agents answer. */
  private launch(trigger: TurnTrigger, workflow: Roster['workflow'] | 'under way'): void {
    const isRun = Boolean(workflow);
    const scope = new CancellationScope();
    const turn: RunningTurn = {
      ...{ trigger, scope, speaker: null, answers: 0, cancelledBy: null, isRun, hasEnded: false },
    };
    this.running.set(trigger.turnId, turn);
    this.onChange();
    const { turnId } = trigger;
    const by = this.cancelledEarly.get(turnId);
    // A run can be told to end once it is being started.
    const startFirst = by !== undefined && isRun && patched('cancel-after-start');
    if (by !== undefined && !startFirst) this.cancel({ turnId, by });
    const conducted = workflow ? this.follow(turn, workflow) : this.conduct(turn);
    if (startFirst) this.cancel({ turnId, by });
    void conducted.finally(() => {
      this.running.delete(trigger.turnId);
      this.onChange();
      void this.startWaiting();
    });
  }

  /** Runs a turn to its end and records the end, whatever it is. */
  private async conduct(turn: RunningTurn): Promise<void> {
    const { turnId } = turn.trigger;
    try {
      const result: TurnResult = await turn.scope.run(() => runTurn(turn.trigger, this.turnRoom(turn)));
      const { last, reason, answers } = result;
      await this.record(
        { type: 'finished', turnId, reason, answers },
        last ? [answerMessage(turnId, last)] : [],
      );
    } catch (error) {
      const abandoned = turn.speaker ? [turn.speaker.messageId] : [];
      if (isCancellation(error)) {
        await this.record(
          { type: 'cancelled', turnId, by: turn.cancelledBy ?? 'an operator' },
          [],
          abandoned,
        );
      } else {
        log.warn('Turn failed', { turnId, error });
        await this.record({ type: 'failed', turnId, error: describeFailure(error) }, [], abandoned);
      }
    }
  }

  /** Follows a run of the room's workflow to its end, and records the end. */
  private async follow(
    turn: RunningTurn,
    workflow: NonNullable<Roster['workflow']> | 'under way',
  ): Promise<void> {
    const { turnId } = turn.trigger;
    const start = workflow === 'under way' ? null : workflow;
    const { error, cancelledBy } = await this.workflows.follow(turn.trigger, start);
    turn.hasEnded = true;
    // What the run has posted comes before its end.
    if (!this.inbox.empty && patched('posts-before-end')) await this.inbox.stored();
    if (error) await this.record({ type: 'failed', turnId, error });
    else if (cancelledBy !== undefined)
      await this.record({ type: 'cancelled', turnId, by: turn.cancelledBy ?? cancelledBy });
    else await this.record({ type: 'finished', turnId, reason: 'workflow_completed', answers: turn.answers });
  }

  private turnRoom(turn: RunningTurn): Parameters<typeof runTurn>[1] {
    const { turnId } = turn.trigger;
    return {
      roomId: this.room.roomId,
      workspaceId: this.room.workspaceId,
      roster: this.committer.roster,
      lastSeq: () => this.committer.lastSeq,
      onSpeaker: (speaker) => {
        turn.speaker = speaker;
        this.onChange();
      },
      post: async (answer) => {
        turn.answers += 1;
        await CancellationScope.nonCancellable(() =>
          this.committer.commit({ messages: [answerMessage(turnId, answer)] }),
        );
      },
    };
  }

  /** undefined when the room is gone: then nothing can be recorded, and the workflow is ending. */
  private async record(
    transition: TurnTransition,
    messages: NewMessage[] = [],
    abandoned: string[] = [],
  ): Promise<Committed | undefined> {
    try {
      return await this.committer.commit({ messages, transitions: [transition], abandoned });
    } catch (error) {
      log.warn('A turn’s state could not be recorded', { transition, error });
      return undefined;
    }
  }

  private dropWaiting(triggers: readonly TurnTrigger[], by: string): void {
    for (const { turnId } of triggers) void this.record({ type: 'cancelled', turnId, by });
  }
}

function answerMessage(turnId: string, answer: Answer): NewMessage {
  return {
    id: answer.messageId,
    author: { kind: 'agent', id: answer.agent.agentId, name: answer.agent.name },
    mentions: answer.mentions,
    replyTo: null,
    turnId,
    content: { answerKey: answer.answerKey },
  };
}
