import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { AgentsDialog } from '../agents/agents-dialog';
import type { Membership } from '../api/shapes';
import { goToRoom, useRoomId } from '../navigation';
import { useServices } from '../services';
import { HuesProvider, huesOf } from '../ui/hues';
import { Dialog } from '../ui/dialog';
import { useMedia } from '../ui/use-media';
import { CreateRoomDialog } from './create-room-dialog';
import { RoomPage } from './room-page';
import { Sidebar } from './sidebar';
import { useRooms } from './use-rooms';
import { useRoomMembers, useSession } from './use-session';
import { useWorkspace } from './use-workspace';

interface ShellProps {
  memberships: readonly Membership[];
  onSignOut: () => void;
}

type Open = 'rooms' | 'new-room' | 'agents' | null;

/** The page of somebody who is signed in: rooms, one conversation, and its details. */
export function Shell({ memberships, onSignOut }: ShellProps): ReactNode {
  const [workspace, chooseWorkspace] = useWorkspace(memberships);
  if (workspace === undefined) return <NoWorkspace onSignOut={onSignOut} />;
  return <Workspace {...{ memberships, workspace, chooseWorkspace, onSignOut }} />;
}

interface WorkspaceProps extends ShellProps {
  workspace: Membership;
  chooseWorkspace: (workspaceId: string) => void;
}

function Workspace({ memberships, workspace, chooseWorkspace, onSignOut }: WorkspaceProps): ReactNode {
  const { notify } = useServices();
  const roomId = useRoomId();
  const session = useSession(roomId);
  const members = useRoomMembers(session);
  const hues = useMemo(() => huesOf(members), [members]);
  const { list, reload } = useRooms(workspace.workspaceId);
  const [open, setOpen] = useState<Open>(null);
  const narrow = useMedia('(max-width: 47.99rem)');
  const close = (): void => setOpen(null);

  /** The room just left; the list may not know yet. */
  const [left, setLeft] = useState<string | null>(null);

  // Nothing is chosen: the most recent room is.
  useEffect(() => {
    const first = list?.find(({ id }) => id !== left);
    if (roomId === null && first !== undefined) goToRoom(first.id, { replace: true });
  }, [left, list, roomId]);

  const leave = useCallback(
    (why: string | null): void => {
      if (why !== null) notify(why);
      setLeft(roomId);
      goToRoom(null, { replace: true });
      void reload();
    },
    [notify, reload, roomId],
  );
  const choose = (id: string): void => {
    close();
    goToRoom(id);
  };

  const sidebar = (
    <Sidebar
      {...{ memberships, workspace, rooms: list, roomId, session, onSignOut }}
      onWorkspace={(id) => {
        chooseWorkspace(id);
        goToRoom(null);
      }}
      onRoom={choose}
      onNewRoom={() => setOpen('new-room')}
      onAgents={() => setOpen('agents')}
    />
  );

  return (
    <HuesProvider value={hues}>
      <div className="shell">
        <a className="skip-link" href="#composer">
          Skip to the message field
        </a>
        {!narrow && <div className="sidebar-column">{sidebar}</div>}
        {narrow && open === 'rooms' && (
          <Dialog title="Rooms" shape="drawer-start" onClose={close}>
            {sidebar}
          </Dialog>
        )}
        {session === null ? (
          <EmptyRoom
            loading={list === null || roomId !== null}
            narrow={narrow}
            onRooms={() => setOpen('rooms')}
            onNewRoom={() => setOpen('new-room')}
          />
        ) : (
          <RoomPage
            key={session.roomId}
            session={session}
            workspace={workspace}
            onLeave={leave}
            onChanged={() => void reload()}
            onRooms={narrow ? () => setOpen('rooms') : null}
          />
        )}
        {open === 'new-room' && (
          <CreateRoomDialog
            workspaceId={workspace.workspaceId}
            onClose={close}
            onCreated={(id) => {
              choose(id);
              void reload();
            }}
          />
        )}
        {open === 'agents' && <AgentsDialog workspaceId={workspace.workspaceId} onClose={close} />}
      </div>
    </HuesProvider>
  );
}

interface EmptyRoomProps {
  loading: boolean;
  narrow: boolean;
  onRooms: () => void;
  onNewRoom: () => void;
}

function EmptyRoom({ loading, narrow, onRooms, onNewRoom }: EmptyRoomProps): ReactNode {
  if (loading) return <main className="centred" aria-busy="true" />;
  return (
    <main className="centred">
      <h1>No rooms yet</h1>
      <p className="muted">Make one, then invite people and agents.</p>
      <div className="form-buttons">
        {narrow && (
          <button type="button" className="button" onClick={onRooms}>
            Menu
          </button>
        )}
        <button type="button" className="button button-primary" onClick={onNewRoom}>
          New room
        </button>
      </div>
    </main>
  );
}

function NoWorkspace({ onSignOut }: { onSignOut: () => void }): ReactNode {
  return (
    <main className="centred">
      <h1>No workspace</h1>
      <p className="muted">You are not a member of any workspace. Ask somebody to invite you.</p>
      <button type="button" className="button" onClick={onSignOut}>
        Sign out
      </button>
    </main>
  );
}
