import { closeCodes, type ChannelEvent } from '../../../workflows/contracts/events';
import type { Connection } from './connection';

/** Most frames are messages and deltas: only the ones that concern the server itself are parsed. */
const concerning = /"type":"(?:member\.(?:joined|left|renamed)|room\.(?:updated|deleted))"/;

/** What changes in a room mean for the connections to it. Called after the frames were sent to them. */
export function applyRoomEvents(frames: readonly string[], connections: () => readonly Connection[]): void {
  for (const frame of frames) {
    if (!concerning.test(frame)) continue;
    const event = JSON.parse(frame) as ChannelEvent;
    for (const connection of connections()) applyTo(connection, event);
  }
}

function applyTo(connection: Connection, event: ChannelEvent): void {
  connection.forgetAccess();
  if (event.type === 'room.deleted') connection.writer.close(closeCodes.roomGone, 'Room gone');
  if (event.type === 'member.left' && event.userId === connection.identity.userId)
    connection.writer.close(closeCodes.notAMember, 'Not a member');
  if (event.type === 'member.renamed' && event.memberId === connection.memberId)
    connection.identity = { ...connection.identity, name: event.name };
}
