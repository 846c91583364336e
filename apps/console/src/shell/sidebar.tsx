import type { ReactNode } from 'react';
import type { Membership, Room } from '../api/shapes';
import type { RoomSession } from '../room/room-session';
import { AccountBar } from './account-bar';
import { RoomList } from './room-list';
import { IconButton } from '../ui/icon-button';
import { Icon } from '../ui/icons';
import { Field } from '../ui/field';

interface SidebarProps {
  memberships: readonly Membership[];
  workspace: Membership;
  rooms: readonly Room[] | null;
  roomId: string | null;
  session: RoomSession | null;
  onWorkspace: (workspaceId: string) => void;
  onRoom: (roomId: string) => void;
  onNewRoom: () => void;
  onAgents: () => void;
  onSignOut: () => void;
}

export function Sidebar(props: SidebarProps): ReactNode {
  const {
    memberships,
    workspace,
    rooms,
    roomId,
    session,
    onWorkspace,
    onRoom,
    onNewRoom,
    onAgents,
    onSignOut,
  } = props;
  return (
    <div className="sidebar">
      <header className="sidebar-top">
        <div className="sidebar-head">
          <img src="/favicon.svg" alt="" width="24" height="24" />
          <span className="sidebar-brand">CoAgent</span>
        </div>
        {memberships.length > 1 ? (
          <Field label="Workspace">
            {(described) => (
              <select
                {...described}
                value={workspace.workspaceId}
                onChange={(event) => onWorkspace(event.target.value)}
              >
                {memberships.map(({ workspaceId, name }) => (
                  <option key={workspaceId} value={workspaceId}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        ) : (
          <p className="sidebar-workspace">{workspace.name}</p>
        )}
      </header>
      <nav className="sidebar-rooms" aria-labelledby="rooms-heading">
        <div className="section-head">
          <h2 id="rooms-heading">Rooms</h2>
          <IconButton icon="add" label="New room" onClick={onNewRoom} />
        </div>
        <RoomList rooms={rooms} roomId={roomId} session={session} onRoom={onRoom} />
      </nav>
      <button type="button" className="sidebar-link" onClick={onAgents}>
        <Icon name="agent" /> Agents
      </button>
      <AccountBar onSignOut={onSignOut} />
    </div>
  );
}
