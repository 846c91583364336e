import type { MemberView, MessageView, ServerFrame } from '../../../../workflows/contracts/events';
import type { Approval, RoomWorkflow } from '../api/shapes';
import { noApprovals, type Approvals } from './approvals';
import { emptyLog, type MessageLog } from './message-log';
import type { Outbox, Outgoing } from './outbox';
import { nobody, type People } from './people';
import type { Position } from './position';
import type { RunSummary } from './run-summary';
import { noStreams, type Streams } from './streams';
import { noTurns, type Turns } from './turns';

/** Everything a room's page shows. Changed only by `reduceRoom`, which does no I/O. */
export interface RoomState {
  readonly me: { readonly id: string };
  readonly position: Position | null;
  readonly log: MessageLog;
  readonly streams: Streams;
  readonly turns: Turns;
  readonly approvals: Approvals;
  readonly outbox: Outbox;
  readonly people: People;
  /** null until it was read. */
  readonly settings: RoomSettings | null;
  /** What a message runs; null: the agents answer, or it was not read yet. */
  readonly workflow: RoomWorkflow | null;
  /** The message up to which I have read. */
  readonly readSeq: number;
  /** The first message that was new when I came, or came back: a line is drawn above it. */
  readonly unreadFrom: number | null;
  /** Nobody is looking at the page: messages that arrive are unread. */
  readonly away: boolean;
  /** Counts the times something was missed, so that members, settings and messages must be read again. */
  readonly missed: number;
  /** The value of `missed` that the last reading made good. */
  readonly caughtUp: number;
  readonly ended: 'deleted' | 'removed' | null;
}

export interface RoomSettings {
  readonly name: string;
  readonly turnPolicy: string;
  readonly agentReplies: string;
}

export type RoomAction =
  /** `at` is now, in milliseconds since 1970. */
  | { type: 'frame'; frame: ServerFrame; at: number }
  /** Messages read from history, in any order. */
  | { type: 'history'; items: readonly MessageView[] }
  /** Too much was missed: what is loaded is replaced by the newest page. */
  | { type: 'restart'; items: readonly MessageView[] }
  | { type: 'caught-up'; missed: number; snapshot: RoomSnapshot }
  /** It may have changed. */
  | { type: 'approval-told'; approvalId: string }
  /** `told`: of the OpenApproval, when the reading began. */
  | { type: 'approval-read'; approval: Approval; told: number }
  /** It can be seen no more. */
  | { type: 'approval-gone'; approvalId: string }
  | { type: 'queue'; message: Outgoing }
  | { type: 'accepted'; id: string }
  | { type: 'failed'; id: string; reason: string }
  | { type: 'retry' | 'discard'; id: string }
  | { type: 'read'; seq: number }
  | { type: 'away'; away: boolean }
  | { type: 'tick'; at: number }
  | { type: 'ended'; how: 'deleted' | 'removed' };

/** A room as it was read. */
export interface RoomSnapshot {
  settings: RoomSettings;
  workflow: RoomWorkflow | null;
  members: readonly MemberView[];
  markers: readonly { userId: string; seq: number }[];
  runs: readonly RunSummary[];
  /** The pending ones. */
  approvals: readonly Approval[];
}

export const initialRoom = (me: { id: string }, outbox: Outbox = []): RoomState => ({
  me,
  position: null,
  log: emptyLog,
  streams: noStreams,
  turns: noTurns,
  approvals: noApprovals,
  outbox,
  people: nobody,
  settings: null,
  workflow: null,
  readSeq: 0,
  unreadFrom: null,
  away: false,
  missed: 0,
  caughtUp: 0,
  ended: null,
});

export const isBehind = ({ missed, caughtUp }: RoomState): boolean => missed > caughtUp;
