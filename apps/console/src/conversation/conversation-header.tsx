import type { ReactNode } from 'react';
import { temporalLink } from '../api/console-config';
import type { RoomSession, SessionView } from '../room/room-session';
import { useServices } from '../services';
import { IconButton } from '../ui/icon-button';
import { Icon } from '../ui/icons';

interface HeaderProps {
  session: RoomSession;
  view: SessionView;
  /** null: always visible. */
  onRooms: (() => void) | null;
  onDetails: (() => void) | null;
}

export function ConversationHeader({ session, view, onRooms, onDetails }: HeaderProps): ReactNode {
  const { config } = useServices();
  const { settings, people } = view.room;
  const temporal = temporalLink(config, session.roomId);
  const members = people.members ?? [];
  const agents = members.filter(({ kind }) => kind === 'agent').length;
  const persons = members.length - agents;
  return (
    <header className="room-head">
      {onRooms && <IconButton icon="menu" label="Rooms" onClick={onRooms} />}
      <div className="room-title">
        <h1 id="room-heading">{settings?.name ?? ' '}</h1>
        <p className="muted">
          {people.members !== null &&
            `${counted(persons, 'person', 'people')}, ${counted(agents, 'agent', 'agents')} · ${people.online.size} online`}
        </p>
      </div>
      {temporal !== null && (
        <a className="button button-quiet" href={temporal} target="_blank" rel="noreferrer noopener">
          <Icon name="link" />
          <span className="wide-only">Temporal UI</span>
          <span className="visually-hidden"> of this room, in a new tab</span>
        </a>
      )}
      {onDetails && <IconButton icon="people" label="Members and settings" onClick={onDetails} />}
    </header>
  );
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
