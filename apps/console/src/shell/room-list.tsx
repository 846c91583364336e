import type { MouseEvent, ReactNode } from 'react';
import type { Room } from '../api/shapes';
import { addressOf } from '../navigation';
import { knownLastSeq } from '../room/message-log';
import type { RoomSession } from '../room/room-session';
import { useSessionView } from './use-session';

interface RoomListProps {
  rooms: readonly Room[] | null;
  roomId: string | null;
  session: RoomSession | null;
  onRoom: (roomId: string) => void;
}

export function RoomList({ rooms, roomId, session, onRoom }: RoomListProps): ReactNode {
  if (rooms === null) return <p className="muted late">Loading…</p>;
  if (rooms.length === 0) return <p className="muted">None yet.</p>;
  return (
    <ul className="room-list">
      {rooms.map((room) => (
        <li key={room.id}>
          {room.id === roomId && session !== null ? (
            <CurrentRoom room={room} session={session} onRoom={onRoom} />
          ) : (
            <RoomLink room={room} unread={room.unread} current={room.id === roomId} onRoom={onRoom} />
          )}
        </li>
      ))}
    </ul>
  );
}

/** The open room knows better than the list what is unread. */
function CurrentRoom({
  room,
  session,
  onRoom,
}: {
  room: Room;
  session: RoomSession;
  onRoom: RoomListProps['onRoom'];
}): ReactNode {
  const { room: now, loaded } = useSessionView(session);
  const unread = loaded ? Math.max(0, knownLastSeq(now.log) - now.readSeq) : room.unread;
  const name = now.settings?.name ?? room.name;
  return <RoomLink room={{ ...room, name }} unread={unread} current onRoom={onRoom} />;
}

interface RoomLinkProps {
  room: Room;
  unread: number;
  current: boolean;
  onRoom: (roomId: string) => void;
}

function RoomLink({ room, unread, current, onRoom }: RoomLinkProps): ReactNode {
  const choose = (event: MouseEvent): void => {
    // Opening it elsewhere is the browser's affair.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onRoom(room.id);
  };
  return (
    <a
      className={`room-link ${unread > 0 ? 'room-link-unread' : ''}`}
      href={addressOf(room.id)}
      aria-current={current ? 'page' : undefined}
      onClick={choose}
    >
      <span className="room-name">{room.name}</span>
      {unread > 0 && (
        <span className="unread">
          {unread > 999 ? '999+' : unread}
          <span className="visually-hidden"> unread</span>
        </span>
      )}
    </a>
  );
}
