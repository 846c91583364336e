import type { ChannelEvent, MessageView, ServerFrame } from '../../../../workflows/contracts/events';
import type { ApprovalEvent } from '../../../../workflows/contracts/run/events';
import { doubtApprovals, endingTold, tellOfApproval } from './approvals';
import { endApproval } from './end-approval';
import { extendTo, insertMessages, knownLastSeq } from './message-log';
import { acceptOutgoing, dropOutgoing } from './outbox';
import { reducePeople, stopTyping } from './people';
import { arrive, startAt } from './position';
import type { RoomState } from './room-state';
import { closeMessage, closeStreams, doubtStreams, reduceStreams } from './streams';
import { doubtTurns, noteFiring, reduceTurns } from './turns';

type Hello = Extract<ServerFrame, { type: 'hello' }>;

/** What a frame of the server changes. A frame that came before changes nothing. */
export function applyFrame(state: RoomState, frame: ServerFrame, at: number): RoomState {
  if (frame.type === 'hello') return greet(state, frame);
  if ('offset' in frame) return applyEvent(state, frame, at);
  switch (frame.type) {
    case 'accepted':
      return { ...state, outbox: acceptOutgoing(state.outbox, frame.id) };
    case 'presence':
    case 'typing':
      return { ...state, people: reducePeople(state.people, frame, at) };
    case 'read': {
      const people = reducePeople(state.people, frame, at);
      const readSeq = frame.userId === state.me.id ? Math.max(state.readSeq, frame.seq) : state.readSeq;
      return { ...state, people, readSeq };
    }
    // An error is for whoever sent something; it is no part of the room.
    case 'error':
    case 'pong':
      return state;
    // A newer server may say more.
    default:
      return state;
  }
}

function greet(state: RoomState, hello: Hello): RoomState {
  const resumed = hello.recovered && state.position !== null;
  const arriving = state.position === null || state.away;
  const known = {
    ...state,
    people: { ...state.people, online: new Set(hello.online.map(({ userId }) => userId)), typing: [] },
    readSeq: Math.max(state.readSeq, hello.readSeq),
    unreadFrom: state.unreadFrom ?? (hello.unread > 0 && arriving ? hello.readSeq + 1 : null),
  };
  if (resumed) return known;
  return {
    ...miss(known),
    position: startAt(hello.epoch, hello.offset),
    log: extendTo(state.log, hello.lastSeq),
  };
}

/** Events were missed: what goes on may have ended, and everything has to be read again. */
const miss = (state: RoomState): RoomState => ({
  ...state,
  streams: doubtStreams(state.streams),
  turns: doubtTurns(state.turns),
  approvals: doubtApprovals(state.approvals),
  missed: state.missed + 1,
});

function applyEvent(state: RoomState, event: ChannelEvent & { offset: number }, at: number): RoomState {
  if (state.position === null) return state;
  const { arrival, position } = arrive(state.position, event.offset);
  if (arrival === 'duplicate') return state;
  return applyChange({ ...(arrival === 'after-gap' ? miss(state) : state), position }, event, at);
}

function applyChange(state: RoomState, event: ChannelEvent & { offset: number }, at: number): RoomState {
  switch (event.type) {
    case 'message.created':
      return addMessage(state, event.message);
    case 'turn.speaker':
    case 'message.delta':
    case 'message.reset':
      return { ...state, streams: reduceStreams(state.streams, event) };
    case 'turn.started':
      return { ...state, turns: turnsAfter(state, event) };
    case 'turn.finished':
    case 'turn.failed':
    case 'turn.cancelled':
      return {
        ...state,
        turns: turnsAfter(state, event),
        streams: closeStreams(state.streams, ({ turnId }) => turnId === event.turnId),
      };
    case 'trigger.fired':
      return { ...state, turns: noteFiring(state.turns, event, knownLastSeq(state.log)) };
    case 'approval.requested':
    case 'approval.decided':
      return changeApproval(state, event);
    case 'member.joined':
    case 'member.left':
    case 'member.renamed':
      return changeMembers(state, event, at);
    case 'room.updated': {
      const { name, turnPolicy, agentReplies } = event.room;
      // It may be the workflow that has changed, of which the event says nothing.
      return { ...state, settings: { name, turnPolicy, agentReplies }, missed: state.missed + 1 };
    }
    case 'room.deleted':
      return { ...state, ended: 'deleted' };
    // A newer server may say more.
    default:
      return state;
  }
}

const turnsAfter = (state: RoomState, event: Parameters<typeof reduceTurns>[1]): RoomState['turns'] =>
  reduceTurns(state.turns, event, knownLastSeq(state.log), state.workflow !== null);

function changeApproval(state: RoomState, event: ApprovalEvent): RoomState {
  const ending = endingTold(event);
  if (ending !== null) return endApproval(state, ending);
  return { ...state, approvals: tellOfApproval(state.approvals, event.approvalId) };
}

function addMessage(state: RoomState, message: MessageView): RoomState {
  const log = insertMessages(state.log, [message]);
  if (log === state.log) return state;
  const mine = message.author.kind === 'user' && message.author.id === state.me.id;
  const unseen = state.away && !mine && state.unreadFrom === null;
  return {
    ...state,
    log,
    streams: closeMessage(state.streams, message.id),
    outbox: dropOutgoing(state.outbox, new Set([message.id])),
    people: stopTyping(state.people, message.author.id),
    unreadFrom: unseen ? message.seq : state.unreadFrom,
  };
}

function changeMembers(
  state: RoomState,
  event: Extract<ServerFrame, { type: 'member.joined' | 'member.left' | 'member.renamed' }>,
  at: number,
): RoomState {
  const people = reducePeople(state.people, event, at);
  const left = event.type === 'member.left' && event.userId === state.me.id;
  return readAgain({ ...state, people, ended: left ? 'removed' : state.ended });
}

/** A reading under way may be older than what was just heard, so it must not be the last one. */
const readAgain = (state: RoomState): RoomState =>
  state.missed > state.caughtUp ? { ...state, missed: state.missed + 1 } : state;
