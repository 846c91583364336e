import { condition, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { NewMessage, RoomActivities, RoomCommit, TurnTransition } from '../contracts/activities';
import type { OpenedRoom, RoomCommitResult } from '../contracts/activities';
import type { Roster, RoomWorkflowInput } from '../contracts/room';
import type { TriggerEvent } from '../contracts/triggers/events';
import type { Dispatcher } from '../triggers/dispatcher';
import type { LocalTurn } from '../local-turn';
import { messageEvents } from './message-events';

const { openRoom, commitRoom } = proxyLocalActivities<RoomActivities>({
  startToCloseTimeout: '10s',
  // A room waits for its database and relay as long as it takes: what it accepted is safe in history meanwhile.
  retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '5s' },
});

/** What one caller wants committed together. */
export interface Change {
  messages?: NewMessage[];
  transitions?: TurnTransition[];
  abandoned?: string[];
}

/** What became of a change. */
export interface Committed extends RoomCommitResult {
  /** Ids of the messages that trigger policies take. */
  taken: ReadonlySet<string>;
}

/** Starts of turns were left out, because what they were decided with is no longer current. */
export const leftOut = ({ roster, triggers }: RoomCommitResult): boolean =>
  roster !== undefined || triggers !== undefined;

interface Waiting {
  change: Change;
  /** When it was asked for, in milliseconds since 1970: what `takes` has told is of that moment. */
  at: number;
  resolve: (result: Committed) => void;
  reject: (error: unknown) => void;
}

/** Most messages in one commit: keeps the statement and its events small. */
const commitLimit = 100;

/**
 * The single writer of a room: changes are committed one batch after the other, in the order they were asked for;
 * those that arrive during a commit travel together in the next.
 */
export class Committer {
  private readonly queue: Waiting[] = [];
  private committing = false;

  private constructor(
    private readonly room: RoomWorkflowInput,
    public lastSeq: number,
    public roster: Roster,
    private readonly dispatcher: Dispatcher,
    private readonly turn: LocalTurn,
  ) {}

  /** @param turn in which commits run, as everything else that is local. */
  static async open(room: RoomWorkflowInput, dispatcher: Dispatcher, turn: LocalTurn): Promise<Committer> {
    const opened: OpenedRoom = room.carried ?? (await openRoom(room.roomId));
    return new Committer(room, opened.lastSeq, opened.roster, dispatcher, turn);
  }

  get idle(): boolean {
    return !this.committing && this.queue.length === 0;
  }

  /** Resolves once the change is stored and published. Rejects with `room_gone` when the room was deleted. */
  commit(change: Change): Promise<Committed> {
    return new Promise((resolve, reject) => {
      this.queue.push({ change, at: Date.now(), resolve, reject });
      if (!this.committing) void this.drain();
    });
  }

  /** Ids of the messages that trigger policies would take if they were stored now. */
  takes(messages: readonly NewMessage[]): ReadonlySet<string> {
    return this.dispatcher.takes(this.eventsOf(messages, Date.now()));
  }

  async whenIdle(): Promise<void> {
    await condition(() => this.idle);
  }

  private async drain(): Promise<void> {
    this.committing = true;
    while (this.queue.length > 0) {
      const batch = this.take();
      try {
        const result = await this.turn.run(() => commitRoom(this.request(batch.map(({ change }) => change))));
        this.lastSeq = result.lastSeq;
        if (result.roster) this.roster = result.roster;
        if (result.triggers) this.dispatcher.load(result.triggers);
        const events = batch.flatMap(({ change: { messages = [] }, at }) => {
          const stored = messages.filter(({ id }) => !result.duplicates.includes(id));
          return this.eventsOf(stored, at, result.texts);
        });
        const taken = this.dispatcher.offer(events);
        for (const { resolve } of batch) resolve({ ...result, taken });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.committing = false;
  }

  private eventsOf(
    messages: readonly NewMessage[],
    at: number,
    texts?: Readonly<Record<string, string>>,
  ): TriggerEvent[] {
    return messageEvents(messages, { roomId: this.room.roomId, agents: this.roster.agents, at, texts });
  }

  private take(): Waiting[] {
    let messages = 0;
    let count = 0;
    for (const { change } of this.queue) {
      messages += change.messages?.length ?? 0;
      if (count > 0 && messages > commitLimit) break;
      count += 1;
    }
    return this.queue.splice(0, count);
  }

  private request(changes: Change[]): RoomCommit {
    const { workflowId, runId } = workflowInfo();
    return {
      roomId: this.room.roomId,
      workspaceId: this.room.workspaceId,
      workflowId,
      workflowRunId: runId,
      rosterVersion: this.roster.version,
      triggersVersion: this.dispatcher.version,
      ...(this.dispatcher.wantsTexts && { wantsTexts: true }),
      messages: changes.flatMap((change) => change.messages ?? []),
      transitions: changes.flatMap((change) => change.transitions ?? []),
      abandoned: changes.flatMap((change) => change.abandoned ?? []),
    };
  }
}
