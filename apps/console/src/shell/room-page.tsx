import { useEffect, useState, type ReactNode } from 'react';
import { ApprovalPanel } from '../approvals/approval-panel';
import type { Membership } from '../api/shapes';
import { Composer } from '../composer/composer';
import { Announcer } from '../conversation/announcer';
import { ConnectionBanner } from '../conversation/connection-banner';
import { Conversation } from '../conversation/conversation';
import { ConversationHeader } from '../conversation/conversation-header';
import { TypingLine } from '../conversation/typing-line';
import { Details } from '../details/details';
import { knownLastSeq } from '../room/message-log';
import type { Outgoing } from '../room/outbox';
import type { RoomSession } from '../room/room-session';
import { Dialog } from '../ui/dialog';
import { useMedia } from '../ui/use-media';
import { usePageTitle } from './use-page-title';
import { useSessionView } from './use-session';
import { useStopKey } from './use-stop-key';

interface RoomPageProps {
  session: RoomSession;
  workspace: Membership;
  /** The room is left, or gone; says why when that was not one's own doing. */
  onLeave: (why: string | null) => void;
  /** Something that the list of rooms shows has changed. */
  onChanged: () => void;
  /** Opens the list of rooms; null where it is always there. */
  onRooms: (() => void) | null;
}

const endings = {
  deleted: 'This room was deleted.',
  removed: 'This room is closed to you: you are not a member of it.',
} as const;

/** One room: its conversation, and who is in it. */
export function RoomPage({ session, workspace, onLeave, onChanged, onRooms }: RoomPageProps): ReactNode {
  const view = useSessionView(session);
  const { room, connection } = view;
  const wide = useMedia('(min-width: 68rem)');
  const [detailsOpen, setDetailsOpen] = useState(false);
  const [replyTo, setReplyTo] = useState<string | null>(null);
  const [edited, setEdited] = useState<Outgoing | null>(null);
  const { ended } = room;

  usePageTitle(room.settings?.name ?? null, Math.max(0, knownLastSeq(room.log) - room.readSeq));
  const running = room.turns.running.at(-1)?.turnId ?? null;
  useStopKey(running === null ? null : () => session.cancelTurn(running));

  useEffect(() => {
    if (ended !== null) onLeave(endings[ended]);
  }, [ended, onLeave]);

  const edit = (message: Outgoing): void => {
    session.discard(message.id);
    setEdited(message);
    setReplyTo(message.replyTo);
  };

  const details = (
    <Details {...{ session, view, workspace }} onLeave={() => onLeave(null)} onChanged={onChanged} />
  );

  return (
    <>
      <main className="room" aria-labelledby="room-heading">
        <ConversationHeader
          {...{ session, view, onRooms }}
          onDetails={wide ? null : () => setDetailsOpen(true)}
        />
        <ConnectionBanner status={connection} />
        <Conversation session={session} view={view} onReply={setReplyTo} onEdit={edit} />
        <TypingLine people={room.people} />
        <ApprovalPanel session={session} approvals={room.approvals} />
        <Composer
          {...{ session, view, replyTo, running }}
          edited={edited}
          onReplyDone={() => setReplyTo(null)}
          onEdited={() => setEdited(null)}
        />
        <Announcer log={room.log} turns={room.turns} approvals={room.approvals} ready={view.loaded} />
      </main>
      {wide && <div className="details-column">{details}</div>}
      {!wide && detailsOpen && (
        <Dialog title="Members" shape="drawer-end" onClose={() => setDetailsOpen(false)}>
          {details}
        </Dialog>
      )}
    </>
  );
}
