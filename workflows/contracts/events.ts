import type { ApprovalEvent } from './run/events';

/**
 * Frames of a room's WebSocket, both ways. Names and fields are the public contract (docs/websockets.md).
 */

export type AuthorKind = 'user' | 'agent' | 'system';

export interface Author {
  kind: AuthorKind;
  /** User or agent id; null for the system. */
  id: string | null;
  name: string;
}

export interface MessageView {
  id: string;
  /** Position in the room: 1, 2, 3, … without gaps. */
  seq: number;
  roomId: string;
  author: Author;
  text: string;
  mentions: string[];
  replyTo?: string;
  /** The turn that produced it (agents) or that it started (people). */
  turnId?: string;
  createdAt: string;
}

/** Why a turn came to its end without an error. */
export type TurnEnd = 'answered' | 'task_complete' | 'round_limit' | 'nobody' | 'workflow_completed';

export interface ErrorView {
  code: string;
  detail: string;
}

/** Events that belong to a channel's order: each has an offset, is kept for reconnecting clients and delivered once. */
export type ChannelEvent =
  | { type: 'message.created'; message: MessageView }
  /** `index` counts the deltas of one attempt from 0. */
  | { type: 'message.delta'; messageId: string; attempt: number; index: number; text: string }
  /** What was streamed for this message is void; `attempt` is the one that begins now (0: none follows). */
  | { type: 'message.reset'; messageId: string; attempt: number }
  /** An agent begins to write. The message it writes will have this id. */
  | { type: 'turn.speaker'; turnId: string; messageId: string; author: Author }
  | { type: 'turn.started'; turnId: string; runId: string; messageId: string }
  | { type: 'turn.finished'; turnId: string; runId: string; reason: TurnEnd; answers: number }
  | { type: 'turn.failed'; turnId: string; runId: string; error: ErrorView }
  | { type: 'turn.cancelled'; turnId: string; runId: string; by: string }
  | { type: 'member.joined'; member: MemberView }
  | { type: 'member.left'; memberId: string; userId?: string; agentId?: string; name: string }
  | { type: 'member.renamed'; memberId: string; name: string; previous: string }
  | { type: 'room.updated'; room: { id: string; name: string; turnPolicy: string; agentReplies: string } }
  | { type: 'room.deleted'; roomId: string }
  /** A trigger policy runs a workflow in the room. */
  | { type: 'trigger.fired'; policyId: string; name: string; eventType: string; runId: string }
  | ApprovalEvent;

export interface MemberView {
  id: string;
  kind: 'user' | 'agent';
  userId?: string;
  agentId?: string;
  name: string;
  role: 'owner' | 'member';
}

/** Events that matter only while they happen: no offset, lost when nobody listens. */
export type EphemeralEvent =
  | { type: 'presence'; userId: string; name: string; online: boolean }
  | { type: 'typing'; userId: string; name: string; on: boolean }
  | { type: 'read'; userId: string; seq: number };

/** Frames a server sends to one socket only. */
export type SocketReply =
  | {
      type: 'hello';
      epoch: string;
      offset: number;
      /** false: events were missed; read history after the last seq you have. */
      recovered: boolean;
      lastSeq: number;
      readSeq: number;
      unread: number;
      /** Who is connected now. */
      online: { userId: string; name: string }[];
    }
  | { type: 'accepted'; id: string; turnId: string | null }
  | { type: 'error'; code: string; detail: string; id?: string }
  | { type: 'pong' };

export type ServerFrame = (ChannelEvent & { offset: number }) | EphemeralEvent | SocketReply;

export type ClientFrame =
  | { type: 'send'; id: string; text: string; mentions?: string[]; replyTo?: string }
  | { type: 'typing'; on: boolean }
  | { type: 'read'; seq: number }
  | { type: 'cancel'; turnId: string }
  | { type: 'ping' };

/** Largest frame a client may send, in bytes. */
export const maxFrameBytes = 65_536;

/** WebSocket close codes of the platform. */
export const closeCodes = {
  identityExpired: 4401,
  notAMember: 4403,
  roomGone: 4404,
  noPong: 4408,
  tooSlow: 4409,
  frameTooLarge: 4413,
  tooManyFrames: 4429,
} as const;
