import { condition, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { NewMessage, RoomActivities, RoomCommit, TurnTransition } from '../contracts/activities';
import type { OpenedRoom, RoomCommitResult } from '../contracts/activities';
import type { Roster, RoomWorkflowInput } from '../contracts/room';

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

interface Waiting {
  change: Change;
  resolve: (result: RoomCommitResult) => void;
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
  ) {}

  static async open(room: RoomWorkflowInput): Promise<Committer> {
    const opened: OpenedRoom = room.carried ?? (await openRoom(room.roomId));
    return new Committer(room, opened.lastSeq, opened.roster);
  }

  get idle(): boolean {
    return !this.committing && this.queue.length === 0;
  }

  /** Resolves once the change is stored and published. Rejects with `room_gone` when the room was deleted. */
  commit(change: Change): Promise<RoomCommitResult> {
    return new Promise((resolve, reject) => {
      this.queue.push({ change, resolve, reject });
      if (!this.committing) void this.drain();
    });
  }

  async whenIdle(): Promise<void> {
    await condition(() => this.idle);
  }

  private async drain(): Promise<void> {
    this.committing = true;
    while (this.queue.length > 0) {
      const batch = this.take();
      try {
        const result = await commitRoom(this.request(batch.map(({ change }) => change)));
        this.lastSeq = result.lastSeq;
        if (result.roster) this.roster = result.roster;
        for (const { resolve } of batch) resolve(result);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.committing = false;
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
      messages: changes.flatMap((change) => change.messages ?? []),
      transitions: changes.flatMap((change) => change.transitions ?? []),
      abandoned: changes.flatMap((change) => change.abandoned ?? []),
    };
  }
}
