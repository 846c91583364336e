import { ApplicationFailure } from '@temporalio/activity';
import type { Database } from '../../infra/database/client';
import { roomChannel, type OnceEvent, type Relay } from '../../infra/relay/relay';
import type {
  OpenedRoom,
  RoomActivities,
  RoomCommit,
  RoomCommitResult,
  TurnTransition,
} from '../../workflows/contracts/activities';
import type { ChannelEvent, MessageView } from '../../workflows/contracts/events';
import { commitStatement, type CommitRow, type StoredMessage } from './commit-statement';
import { loadRoster, type TurnLimits } from './roster';

export interface RoomActivityDeps {
  database: Database;
  relay: Relay;
  limits: TurnLimits;
}

/** Local activities of the room workflow: the only code that writes messages. */
export function createRoomActivities({ database, relay, limits }: RoomActivityDeps): RoomActivities {
  return {
    async openRoom(roomId): Promise<OpenedRoom> {
      const room = await database.room.findFirst({
        where: { id: roomId, deletedAt: null },
        select: { lastSeq: true },
      });
      if (!room) throw roomGone();
      // A new workflow runs no turn yet: what a terminated one left behind will not go on.
      await database.run.updateMany({
        where: { roomId, kind: 'turn', status: 'running' },
        data: {
          status: 'failed',
          endedAt: new Date(),
          error: { code: 'turn_lost', detail: 'The room’s workflow was terminated.' },
        },
      });
      return { lastSeq: room.lastSeq, roster: await rosterOf(roomId) };
    },

    async commitRoom(commit): Promise<RoomCommitResult> {
      const [row] = await database.$queryRaw<CommitRow[]>(commitStatement(commit));
      if (!row) throw roomGone();
      const stored = row.messages ?? [];
      const current = row.rosterVersion === commit.rosterVersion;
      const events = eventsOf(commit, stored, current);
      if (events.length > 0) await relay.publishOnce(roomChannel(commit.roomId), events);
      const kept = new Set(stored.map(({ id }) => id));
      return {
        lastSeq: row.lastSeq,
        duplicates: commit.messages.filter(({ id }) => !kept.has(id)).map(({ id }) => id),
        ...(current ? {} : { roster: await rosterOf(commit.roomId) }),
      };
    },
  };

  async function rosterOf(roomId: string): ReturnType<typeof loadRoster> {
    return loadRoster(database, roomId, limits);
  }
}

const roomGone = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable('The room was deleted', 'room_gone');

/**
 * What the commit tells the room, in order. A workflow task that fails repeats its commits, perhaps with more in them
 * than before, so each event stands for itself: messages by their seq, the rest by a key.
 */
function eventsOf(commit: RoomCommit, stored: readonly StoredMessage[], startsTurns: boolean): OnceEvent[] {
  const { roomId } = commit;
  const byId = new Map(commit.messages.map((message) => [message.id, message]));
  const known = new Set(stored.map(({ id }) => id));
  const created = stored.flatMap(({ id, seq, text, createdAt }): OnceEvent[] => {
    const message = byId.get(id);
    if (!message) return [];
    const { author, mentions, replyTo, turnId } = message;
    const view: MessageView = { id, seq, roomId, author, text, mentions, createdAt };
    if (replyTo !== null) view.replyTo = replyTo;
    if (turnId !== null) view.turnId = turnId;
    return [{ event: { type: 'message.created', message: view }, once: seq }];
  });
  const reset = commit.abandoned.map((messageId): OnceEvent => {
    return { event: { type: 'message.reset', messageId, attempt: 0 }, once: `${messageId}/abandoned` };
  });
  const turns = commit.transitions.flatMap((transition): OnceEvent[] => {
    if (transition.type === 'started') {
      const { messageId } = transition;
      const duplicate = byId.has(messageId) && !known.has(messageId);
      if (!startsTurns || duplicate) return [];
    }
    return [{ event: turnEvent(transition), once: `${transition.turnId}/${transition.type}` }];
  });
  return [...created, ...reset, ...turns];
}

function turnEvent(transition: TurnTransition): ChannelEvent {
  const ids = { turnId: transition.turnId, runId: transition.turnId };
  switch (transition.type) {
    case 'started':
      return { type: 'turn.started', ...ids, messageId: transition.messageId };
    case 'finished':
      return { type: 'turn.finished', ...ids, reason: transition.reason, answers: transition.answers };
    case 'failed':
      return { type: 'turn.failed', ...ids, error: transition.error };
    case 'cancelled':
      return { type: 'turn.cancelled', ...ids, by: transition.by };
  }
}
