import type { Author, ErrorView } from './events';
import type { AuthorRole, TriggerEvent } from './triggers/events';
import type { CarriedTriggers } from './triggers/host';

/** A message on its way into a room. */
export interface Submission {
  /** UUID chosen by the client (or the API): the same id twice is one message. */
  messageId: string;
  /** Id of the turn it starts, if it starts one. */
  turnId: string;
  author: Author;
  text: string;
  /** The stored answer of the turn that the text is taken from; `text` is then empty. */
  answerKey?: string;
  /** Room member ids that the author addressed explicitly. */
  mentions: string[];
  replyTo: string | null;
  /** Room member id of the author; null for the system. */
  memberId: string | null;
  /** Of a person: their role in the workspace; absent: a guest. */
  role?: AuthorRole;
  /** When the API took it, in milliseconds since 1970; absent: when the workflow did. */
  at?: number;
  /** Of a run: how many firings it came of, see TriggerEvent. Default 0. */
  depth?: number;
}

export type TurnPolicy = 'enqueue' | 'interrupt' | 'reject' | 'parallel';
export type AgentReplies = 'auto' | 'mentioned';

/** What the room workflow needs to know of a room to decide who answers. */
export interface Roster {
  /** Counts changes; the commit activity sends a new roster when it differs from the workflow's. */
  version: number;
  name: string;
  turnPolicy: TurnPolicy;
  agentReplies: AgentReplies;
  maxRounds: number;
  /** Longest a turn may take, in seconds. */
  turnSeconds: number;
  /** Longest one model call may take, in seconds. */
  modelSeconds: number;
  /** Active agents only, in the order they joined. */
  agents: RosterAgent[];
  /** What a person's message runs; null or absent: the agents answer by themselves. */
  workflow?: { workflowId: string; version: number } | null;
}

export interface RosterAgent {
  memberId: string;
  agentId: string;
  agentVersionId: string;
  name: string;
}

export interface RoomWorkflowInput {
  roomId: string;
  workspaceId: string;
  /** What the previous execution handed over at continue-as-new. */
  carried?: CarriedRoom;
}

export interface CarriedRoom {
  lastSeq: number;
  roster: Roster;
  /** Ids of the newest messages, oldest first: a bounded memory, Postgres knows the rest. */
  seen: string[];
  /** Taken but not stored yet. */
  inbox: Submission[];
  waiting: TurnTrigger[];
  /** Turns that run a workflow, which go on by themselves. */
  runs?: TurnTrigger[];
  triggers?: CarriedTriggers;
  /** Events taken but not decided yet. */
  events?: TriggerEvent[];
}

/** A stored message whose turn has yet to begin. */
export interface TurnTrigger {
  turnId: string;
  messageId: string;
  /** Name of who wrote it. */
  by: string;
  /** Room member ids of the agents it addresses, in order; empty: the router picks. */
  addressed: string[];
}

/** Business id of a room's workflow. */
export const roomWorkflowId = (roomId: string): string => `room:${roomId}`;
export const roomWorkflowType = 'roomWorkflow';

export const roomMessages = {
  /** Signal: `[Submission[]]`, oldest first. */
  submit: 'submit',
  /** Update `[Submission]`, for rooms whose policy is `reject`: refused with `turn_in_progress` while a turn runs. */
  submitOrReject: 'submitOrReject',
  /** Signal: `[CancelTurn]`. */
  cancelTurn: 'cancelTurn',
  /** Signal: `[TurnEnded]`, from the run that a message started. */
  turnEnded: 'turnEnded',
  /** Signal without arguments: the room was deleted. */
  close: 'close',
  /** Query: RoomState. */
  state: 'state',
} as const;

export interface CancelTurn {
  turnId: string;
  /** Name of the person, for people to read. */
  by: string;
}

/** The run of the room's workflow that a message started has ended. */
export interface TurnEnded {
  turnId: string;
  error?: ErrorView;
  cancelledBy?: string;
}

/** What the room is doing now, for operators and clients. */
export interface RoomState {
  lastSeq: number | null;
  /** Submissions not yet stored. */
  queued: number;
  running: { turnId: string; messageId: string; speaker: string | null; answers: number }[];
  /** Turns that wait for their turn. */
  waiting: string[];
}
