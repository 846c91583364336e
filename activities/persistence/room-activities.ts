import { ApplicationFailure } from '@temporalio/activity';
import type { Database } from '../../infra/database/client';
import type { Logger } from '../../infra/logger/logger';
import { roomChannel, type OnceEvent, type Relay } from '../../infra/relay/relay';
import type { RoomActivityStore } from '../../infra/relay/room-activity';
import type { WebhookGateway } from '../../infra/temporal/webhook-gateway';
import type {
  OpenedRoom,
  RoomActivities,
  RoomCommit,
  RoomCommitResult,
  TurnTransition,
} from '../../workflows/contracts/activities';
import type { ChannelEvent, MessageView } from '../../workflows/contracts/events';
import { commitStatement, type CommitRow, type StoredMessage } from './commit-statement';
import { readRoomTriggers } from '../triggers/read-host';
import { loadRoster, type TurnLimits } from './roster';

export interface RoomActivityDeps {
  database: Database;
  relay: Relay;
  activity: RoomActivityStore;
  webhooks: WebhookGateway;
  limits: TurnLimits;
  logger: Logger;
}

/** Local activities of the room workflow: the only code that writes messages. */
export function createRoomActivities(deps: RoomActivityDeps): RoomActivities {
  const { database, relay, limits } = deps;
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
      const { triggersVersion = row.triggersVersion } = commit;
      const sameRoster = row.rosterVersion === commit.rosterVersion;
      const sameTriggers = row.triggersVersion === triggersVersion;
      passOn(commit, row, stored);
      const events = eventsOf(commit, stored, sameRoster && sameTriggers);
      if (events.length > 0) await relay.publishOnce(roomChannel(commit.roomId), events);
      const kept = new Set(stored.map(({ id }) => id));
      const triggers = sameTriggers ? undefined : await readRoomTriggers(database, commit);
      return {
        lastSeq: row.lastSeq,
        duplicates: commit.messages.filter(({ id }) => !kept.has(id)).map(({ id }) => id),
        ...(sameRoster ? {} : { roster: await rosterOf(commit.roomId) }),
        ...(triggers ? { triggers } : {}),
        ...(commit.wantsTexts ? { texts: textsOf(commit, stored) } : {}),
      };
    },
  };

  /** Nobody waits for it: what is lost is rebuilt from the record, or found by the workers' next look. */
  function passOn(
    { roomId, workspaceId, messages }: RoomCommit,
    { lastUserSeq, subscriptions }: CommitRow,
    stored: readonly StoredMessage[],
  ): void {
    deps.webhooks.wake((subscriptions ?? []).map((subscriptionId) => ({ subscriptionId, workspaceId })));
    const newest = stored.at(-1);
    if (!newest) return;
    const { seq: lastSeq, createdAt, id } = newest;
    const lastAuthorKind = messages.find((message) => message.id === id)?.author.kind ?? null;
    deps.activity
      .write(roomId, { lastSeq, lastMessageAt: Date.parse(createdAt), lastUserSeq, lastAuthorKind })
      .catch((error: unknown) => deps.logger.debug({ error, roomId }, 'The activity of a room was not kept'));
  }

  async function rosterOf(roomId: string): ReturnType<typeof loadRoster> {
    return loadRoster(database, roomId, limits);
  }
}

const roomGone = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable('The room was deleted', 'room_gone');

/** Texts that the workflow does not have itself. */
function textsOf(commit: RoomCommit, stored: readonly StoredMessage[]): Record<string, string> {
  const answers = new Set(commit.messages.flatMap(({ id, content }) => ('answerKey' in content ? id : [])));
  return Object.fromEntries(stored.flatMap(({ id, text }) => (answers.has(id) ? [[id, text]] : [])));
}

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
