import type { Logger } from '../../../infra/logger/logger';
import { roomChannel, type Relay } from '../../../infra/relay/relay';
import type { Room } from '../../../prisma/generated/client';
import type { ChannelEvent } from '../../../workflows/contracts/events';

export interface Announcement {
  roomId: string;
  event: ChannelEvent;
  /** Names the change: announced twice with it, it is delivered once. */
  key: string;
}

/** Publishes at once; more wait, so that a change of many rooms does not fill the connection to Redis. */
const atOnce = 50;

/**
 * Tells the people in rooms what has changed, after it was stored. While Redis is away the change holds all the same:
 * the event is lost with a warning, and clients see the change when they read again.
 */
export async function announce(
  { relay, logger }: { relay: Relay; logger: Logger },
  announcements: readonly Announcement[],
): Promise<void> {
  for (let from = 0; from < announcements.length; from += atOnce) {
    await Promise.all(
      announcements.slice(from, from + atOnce).map(async ({ roomId, event, key }) => {
        try {
          await relay.publishOnce(roomChannel(roomId), [{ event, once: key }]);
        } catch (error) {
          logger.warn({ err: error, roomId, event: event.type }, 'A change of a room could not be announced');
        }
      }),
    );
  }
}

/** Tells a room that its settings, or its workflow, have changed: clients read what they show of them again. */
export function announceRoom(
  services: { relay: Relay; logger: Logger },
  room: Pick<Room, 'id' | 'name' | 'turnPolicy' | 'agentReplies' | 'rosterVersion'>,
): Promise<void> {
  const { id, name, turnPolicy, agentReplies, rosterVersion } = room;
  return announce(services, [
    {
      roomId: id,
      event: { type: 'room.updated', room: { id, name, turnPolicy, agentReplies } },
      key: `room.updated:${rosterVersion}`,
    },
  ]);
}
