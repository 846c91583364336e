import type { Author, ErrorView, TurnEnd } from './events';
import type { Roster } from './room';
import type { HostTriggers } from './triggers/activities';
import type { AuthorRole } from './triggers/events';

/** A message to be stored; `seq` is given by the commit. */
export interface NewMessage {
  id: string;
  author: Author;
  mentions: string[];
  replyTo: string | null;
  turnId: string | null;
  /** Role of the person, see Submission. */
  role?: AuthorRole;
  /** When it was sent, see Submission. */
  at?: number;
  /** Of a run, see Submission. */
  depth?: number;
  /** The text itself, or the stored answer it is taken from, so that long answers do not travel through history. */
  content: { text: string } | { answerKey: string };
}

export type TurnTransition =
  | {
      type: 'started';
      turnId: string;
      messageId: string;
      /** The turn is a run of the room's workflow. */
      workflow?: { workflowId: string; version: number };
    }
  | { type: 'finished'; turnId: string; reason: TurnEnd; answers: number }
  | { type: 'failed'; turnId: string; error: ErrorView }
  | { type: 'cancelled'; turnId: string; by: string };

/** Everything that happens to a room in one step: stored in one statement, then published in this order. */
export interface RoomCommit {
  roomId: string;
  workspaceId: string;
  workflowId: string;
  /** Run of the workflow: a message found stored by it was stored by an earlier attempt. */
  workflowRunId: string;
  /** Roster the transitions were decided with. When it is no longer current, no turn is started. */
  rosterVersion: number;
  /** The same of the policies; absent: the workflow knows of none. */
  triggersVersion?: number;
  /** The answer has to have the texts of answers: some policy asks for them. */
  wantsTexts?: boolean;
  messages: NewMessage[];
  /** Published after the messages. */
  transitions: TurnTransition[];
  /** Answers begun by a turn that ended without them: their partial text is void. */
  abandoned: string[];
}

export interface RoomCommitResult {
  lastSeq: number;
  /** Ids stored long before: the messages were sent twice. */
  duplicates: string[];
  /** Present when the roster changed; the starts of this commit were then left out. */
  roster?: Roster;
  /** The same of the policies. */
  triggers?: HostTriggers;
  /** Texts of the answers in the commit, by message id, when they were wanted. */
  texts?: Record<string, string>;
}

export interface OpenedRoom {
  lastSeq: number;
  roster: Roster;
}

/** Local activities of the room workflow. */
export interface RoomActivities {
  /** Fails with `room_gone` for a deleted room. */
  openRoom(roomId: string): Promise<OpenedRoom>;
  /** Fails with `room_gone` for a deleted room. */
  commitRoom(commit: RoomCommit): Promise<RoomCommitResult>;
}

/** One model call within a turn. */
export interface TurnStep {
  roomId: string;
  workspaceId: string;
  turnId: string;
  /** Place in the turn, the same in every attempt; with turnId it identifies the call, which is paid once. */
  key: string;
  /** History up to this message goes into the prompt. */
  uptoSeq: number;
  /** Names of the agents that answered in this turn, in order. */
  spoken: string[];
}

export interface AnswerStep extends TurnStep {
  /** Id that the answer will have as a message. */
  messageId: string;
  agent: { memberId: string; agentId: string; agentVersionId: string; name: string };
}

export interface AnswerResult {
  /** Room member ids of the agents that the answer addresses. */
  mentions: string[];
  /** The agent said TASK_COMPLETE. */
  complete: boolean;
}

export interface RouteStep extends TurnStep {
  candidates: { memberId: string; name: string }[];
}

export interface RouteResult {
  /** Who speaks next; null: nobody needs to. */
  memberId: string | null;
}

/** Activities of the `models` queue. They fail with the types of `model-failures.ts`. */
export interface ModelActivities {
  answer(step: AnswerStep): Promise<AnswerResult>;
  route(step: RouteStep): Promise<RouteResult>;
}
