import { useState, type ReactNode } from 'react';
import type { MemberView } from '../../../../workflows/contracts/events';
import { explain } from '../api/problem';
import { useServices } from '../services';
import { Avatar } from '../ui/avatar';
import { ConfirmDialog } from '../ui/confirm-dialog';
import { IconButton } from '../ui/icon-button';

interface MemberListProps {
  roomId: string;
  members: readonly MemberView[];
  /** User ids. */
  online: ReadonlySet<string>;
  manages: boolean;
  /** I have left. */
  onLeave: () => void;
}

export function MemberList({ roomId, members, online, manages, onLeave }: MemberListProps): ReactNode {
  const { client, me, notify } = useServices();
  const [removing, setRemoving] = useState<MemberView | null>(null);

  const remove = async (member: MemberView): Promise<void> => {
    setRemoving(null);
    try {
      await client.removeMember(roomId, member.id);
      if (member.userId === me.id) onLeave();
    } catch (error) {
      notify(explain(error));
    }
  };

  const show = (member: MemberView): ReactNode => (
    <Member
      key={member.id}
      member={member}
      mine={member.userId === me.id}
      online={member.userId !== undefined && online.has(member.userId)}
      onRemove={manages || member.userId === me.id ? () => setRemoving(member) : null}
    />
  );
  const persons = members.filter(({ kind }) => kind === 'user');
  const agents = members.filter(({ kind }) => kind === 'agent');
  const leaving = removing?.userId === me.id;
  return (
    <>
      <h2>People</h2>
      <ul className="member-list">{persons.map(show)}</ul>
      <h2>Agents</h2>
      {agents.length === 0 && <p className="muted">None. Add one to get answers.</p>}
      <ul className="member-list">{agents.map(show)}</ul>
      {removing !== null && (
        <ConfirmDialog
          title={leaving ? 'Leave this room?' : `Remove ${removing.name}?`}
          text={
            leaving
              ? 'You will not see it any more until somebody adds you again.'
              : `${removing.name} will no longer be in this room. What was written stays.`
          }
          action={leaving ? 'Leave' : 'Remove'}
          onConfirm={() => void remove(removing)}
          onClose={() => setRemoving(null)}
        />
      )}
    </>
  );
}

interface MemberProps {
  member: MemberView;
  mine: boolean;
  online: boolean;
  onRemove: (() => void) | null;
}

function Member({ member, mine, online, onRemove }: MemberProps): ReactNode {
  const { id, kind, userId, agentId, name, role } = member;
  return (
    <li className="member">
      <span className="member-avatar">
        <Avatar id={userId ?? agentId ?? id} name={name} kind={kind} />
        {kind === 'user' && (
          <span className={`presence ${online ? 'presence-online' : ''}`} aria-hidden="true" />
        )}
      </span>
      <span className="member-name">
        {name}
        {mine && <span className="muted"> (you)</span>}
        {kind === 'user' && <span className="visually-hidden">, {online ? 'online' : 'offline'}</span>}
      </span>
      {kind === 'agent' && <span className="badge">agent</span>}
      {role === 'owner' && <span className="badge">owner</span>}
      {onRemove && (
        <IconButton icon="close" label={mine ? 'Leave the room' : `Remove ${name}`} onClick={onRemove} />
      )}
    </li>
  );
}
