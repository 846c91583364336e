import { useState, type ReactNode } from 'react';
import type { Membership } from '../api/shapes';
import type { RoomSession, SessionView } from '../room/room-session';
import { useServices } from '../services';
import { Icon } from '../ui/icons';
import { AddMemberDialog } from './add-member-dialog';
import { DeleteRoomDialog } from './delete-room-dialog';
import { MemberList } from './member-list';
import { RoomSettingsDialog } from './room-settings-dialog';

interface DetailsProps {
  session: RoomSession;
  view: SessionView;
  workspace: Membership;
  /** The room was left, or deleted, from here. */
  onLeave: () => void;
  /** The room was changed from here. */
  onChanged: () => void;
}

type Open = 'add' | 'settings' | 'delete' | null;

/** Who is in the room, and what can be done about it. */
export function Details({ session, view, workspace, onLeave, onChanged }: DetailsProps): ReactNode {
  const { me } = useServices();
  const [open, setOpen] = useState<Open>(null);
  const { people } = view.room;
  const members = people.members ?? [];
  const own = members.find(({ userId }) => userId === me.id);
  // The server decides; this only leaves out what it would refuse.
  const manages = own?.role === 'owner' || workspace.role === 'admin';
  const close = (): void => setOpen(null);
  const { roomId } = session;

  return (
    <aside className="details" aria-label="Members and settings">
      <MemberList {...{ roomId, members, manages, onLeave }} online={people.online} />
      {manages && (
        <div className="details-actions">
          <button type="button" className="button" onClick={() => setOpen('add')}>
            <Icon name="add" /> Add a member
          </button>
          <button type="button" className="button" onClick={() => setOpen('settings')}>
            <Icon name="settings" /> Room settings
          </button>
          <button type="button" className="button button-quiet-danger" onClick={() => setOpen('delete')}>
            <Icon name="trash" /> Delete room
          </button>
        </div>
      )}
      {open === 'add' && (
        <AddMemberDialog {...{ roomId, members }} workspaceId={workspace.workspaceId} onClose={close} />
      )}
      {open === 'settings' && <RoomSettingsDialog roomId={roomId} onClose={close} onChanged={onChanged} />}
      {open === 'delete' && (
        <DeleteRoomDialog
          roomId={roomId}
          name={view.room.settings?.name ?? ''}
          onClose={close}
          onDeleted={onLeave}
        />
      )}
    </aside>
  );
}
