import { v5 as uuidv5 } from 'uuid';
import type { Settings } from '../../../infra/config/settings';
import type { Database } from '../../../infra/database/client';
import type { RoomGateway } from '../../../infra/temporal/room-gateway';
import { startsTurn } from '../../../workflows/contracts/mentions';
import type { Submission } from '../../../workflows/contracts/room';
import type { Limits } from '../http/limits';
import { ApiError } from '../http/problems';
import type { Identity } from '../identity/identity';
import type { RoomScope } from '../identity/permissions';
import { readMessageContext } from './message-context';
import { takenByPolicies } from './taken-by-policies';

export interface MessageInput {
  /** UUID in lower case. Chosen by the client, so that sending twice stores once. */
  id: string;
  text: string;
  /** Room member ids. */
  mentions: readonly string[];
  replyTo: string | null;
}

export interface PostedMessage {
  messageId: string;
  /** The turn that the message starts; null: no agent is asked, or a trigger policy takes it. */
  turnId: string | null;
}

/** The sender's place in the room, who may write there. */
export interface Access {
  room: Pick<RoomScope['room'], 'id' | 'workspaceId' | 'turnPolicy' | 'agentReplies'>;
  member: RoomScope['member'];
  workspaceRole: RoomScope['workspaceRole'];
}

/** A message that may be submitted. */
export interface CheckedMessage {
  readonly room: Access['room'];
  readonly submission: Submission;
  readonly startsTurn: boolean;
}

export interface MessagePost {
  /**
   * Everything that can be wrong with a message. Counts it against the sender's limit.
   * @throws ApiError `rate_limited`, `invalid_request`, `message_not_found` (replyTo), `message_id_taken`
   */
  check(access: Access, identity: Identity, input: MessageInput): Promise<CheckedMessage>;
  /**
   * Resolves once Temporal has stored the message. Messages of one room are stored in the order of the calls.
   * @throws TemporalUnavailableError, TurnInProgressError
   */
  submit(message: CheckedMessage): Promise<PostedMessage>;
}

export interface MessagePostDeps {
  settings: Pick<Settings, 'MESSAGE_MAX_CHARS'>;
  database: Database;
  rooms: RoomGateway;
  limits: Limits;
}

/** Takes people's messages, by HTTP and by WebSocket alike. */
export function createMessagePost({ settings, database, rooms, limits }: MessagePostDeps): MessagePost {
  return {
    async check({ room, member, workspaceRole }, identity, input) {
      checkText(input.text, settings.MESSAGE_MAX_CHARS);
      const mentions = [...new Set(input.mentions)];
      const [context] = await Promise.all([
        readMessageContext(database, room.id, { ...input, mentions }),
        limits.message(identity.userId),
      ]);
      const { own, replied, members, agents, workflow, policies } = context;
      if (own && (own.roomId !== room.id || own.authorId !== identity.userId))
        throw new ApiError('message_id_taken', 'Another message has this id.');
      if (input.replyTo !== null && !replied)
        throw new ApiError('message_not_found', 'The room has no message that replyTo names.');
      if (members < mentions.length)
        throw invalid('mentions', 'unknown_member', 'names somebody who is not a member of the room');
      const submission: Submission = {
        messageId: input.id,
        // The same for the same message, however often and through whichever process it is sent.
        turnId: uuidv5(input.id, room.id),
        author: { kind: 'user', id: identity.userId, name: identity.name },
        text: input.text,
        mentions,
        replyTo: input.replyTo,
        memberId: member?.id ?? null,
        role: workspaceRole ?? 'guest',
        at: Date.now(),
      };
      const { agentReplies } = room;
      const starts =
        startsTurn(submission, { agentReplies, agents, workflow }) &&
        !takenByPolicies(submission, { id: room.id, agents }, policies);
      return { room, submission, startsTurn: starts };
    },

    async submit({ submission, room, startsTurn: starts }) {
      const address = { roomId: room.id, workspaceId: room.workspaceId };
      if (room.turnPolicy === 'reject' && starts) await rooms.submitOrReject(address, submission);
      else await rooms.submit(address, submission);
      return { messageId: submission.messageId, turnId: starts ? submission.turnId : null };
    },
  };
}

/** Both steps at once. The caller has checked `room:write`. */
export function createPostMessage(deps: MessagePostDeps) {
  const post = createMessagePost(deps);
  return async (access: Access, identity: Identity, input: MessageInput): Promise<PostedMessage> =>
    post.submit(await post.check(access, identity, input));
}

function checkText(text: string, maxChars: number): void {
  if (text.trim() === '') throw invalid('text', 'too_small', 'must not be empty');
  if (text.length > maxChars)
    throw invalid('text', 'too_big', `must have at most ${String(maxChars)} characters`);
}

const invalid = (field: string, code: string, message: string): ApiError =>
  new ApiError('invalid_request', `${field} ${message}.`, {
    errors: [{ path: `body.${field}`, code, message }],
  });
