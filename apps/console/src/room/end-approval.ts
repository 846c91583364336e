import { closeApproval, noteOfEnding, type Ending } from './approvals';
import { knownLastSeq } from './message-log';
import type { RoomState } from './room-state';

/** An approval has ended: it goes, and the conversation says how. Told twice, it changes nothing. */
export function endApproval(state: RoomState, ending: Ending): RoomState {
  const { approvals, turns, log, me } = state;
  const open = approvals.open.find(({ approvalId }) => approvalId === ending.approvalId);
  const note = noteOfEnding(ending, open?.view ?? null, me.id, knownLastSeq(log));
  return {
    ...state,
    approvals: closeApproval(approvals, ending.approvalId),
    turns: note === null ? turns : { ...turns, notes: [...turns.notes, note] },
  };
}
