import type { Approval } from '../api/shapes';
import { applyFrame } from './apply-frame';
import { addApprovals, closeApproval, endingRead, readApproval, tellOfApproval } from './approvals';
import { endApproval } from './end-approval';
import { insertMessages, knownLastSeq, type MessageLog } from './message-log';
import { acceptOutgoing, addOutgoing, dropOutgoing, failOutgoing, retryOutgoing } from './outbox';
import { expireTyping, withRead } from './people';
import type { RoomAction, RoomSnapshot, RoomState } from './room-state';
import { notesFromRuns } from './run-summary';
import { closeStreams, settleStreams } from './streams';
import { settleTurns } from './turns';

export function reduceRoom(state: RoomState, action: RoomAction): RoomState {
  switch (action.type) {
    case 'frame':
      return applyFrame(state, action.frame, action.at);
    case 'history':
      return withMessages(state, insertMessages(state.log, action.items));
    case 'restart': {
      const log = insertMessages({ items: [], lastSeq: state.log.lastSeq }, action.items);
      // An accepted message is stored; it may be among those skipped.
      const outbox = state.outbox.filter((message) => message.state !== 'accepted');
      return withMessages({ ...state, outbox, turns: { ...state.turns, notes: [] } }, log);
    }
    case 'caught-up':
      return catchUp(state, action.missed, action.snapshot);
    case 'approval-told':
      return { ...state, approvals: tellOfApproval(state.approvals, action.approvalId) };
    case 'approval-read':
      return takeApproval(state, action.approval, action.told);
    case 'approval-gone':
      return { ...state, approvals: closeApproval(state.approvals, action.approvalId) };
    case 'queue':
      return { ...state, outbox: addOutgoing(state.outbox, action.message), unreadFrom: null };
    case 'accepted':
      return { ...state, outbox: acceptOutgoing(state.outbox, action.id) };
    case 'failed':
      return { ...state, outbox: failOutgoing(state.outbox, action.id, action.reason) };
    case 'retry':
      return { ...state, outbox: retryOutgoing(state.outbox, action.id) };
    case 'discard':
      return { ...state, outbox: dropOutgoing(state.outbox, new Set([action.id])) };
    case 'read':
      return action.seq > state.readSeq ? { ...state, readSeq: action.seq } : state;
    case 'away':
      return goAway(state, action.away);
    case 'tick': {
      const people = expireTyping(state.people, action.at);
      return people === state.people ? state : { ...state, people };
    }
    case 'ended':
      return { ...state, ended: state.ended ?? action.how };
  }
}

function withMessages(state: RoomState, log: MessageLog): RoomState {
  if (log === state.log) return state;
  const ids = new Set(log.items.map(({ id }) => id));
  return {
    ...state,
    log,
    outbox: dropOutgoing(state.outbox, ids),
    streams: closeStreams(state.streams, ({ messageId }) => ids.has(messageId)),
  };
}

function catchUp(state: RoomState, missed: number, snapshot: RoomSnapshot): RoomState {
  const { settings, workflow, members, markers, runs, approvals } = snapshot;
  const known = new Set([...state.turns.notes.map(({ id }) => id), ...state.turns.ended]);
  const notes = notesFromRuns(
    runs.filter(({ turnId }) => !known.has(turnId)),
    state.log,
  );
  const running = runs
    .filter(({ endedAt, status }) => endedAt === null && status !== 'queued')
    .map(({ turnId, messageId, isRun }) => ({ turnId, messageId: messageId ?? '', isRun }));
  const turns = settleTurns({ ...state.turns, notes: [...state.turns.notes, ...notes] }, running);
  return {
    ...state,
    settings,
    workflow,
    approvals: addApprovals(state.approvals, approvals),
    people: withRead({ ...state.people, members }, markers),
    turns,
    streams: settleStreams(state.streams, (id) => turns.running.some(({ turnId }) => turnId === id)),
    caughtUp: missed,
  };
}

function takeApproval(state: RoomState, approval: Approval, told: number): RoomState {
  const known = { ...state, approvals: readApproval(state.approvals, approval, told) };
  const ending = endingRead(approval);
  return ending === null ? known : endApproval(known, ending);
}

/** Coming back keeps the line above what is new; leaving removes it when everything below it has been read. */
function goAway(state: RoomState, away: boolean): RoomState {
  if (away === state.away) return state;
  const read = state.readSeq >= knownLastSeq(state.log);
  return { ...state, away, unreadFrom: away && read ? null : state.unreadFrom };
}
