import { useCallback, useEffect, type ReactNode } from 'react';
import { explain } from '../api/problem';
import { hasOlder, knownLastSeq, newestSeq } from '../room/message-log';
import type { Outgoing } from '../room/outbox';
import type { RoomSession, SessionView } from '../room/room-session';
import { useServices } from '../services';
import { Icon } from '../ui/icons';
import { Beginning } from './beginning';
import { MessageList } from './message-list';
import { OutgoingMessages } from './outgoing-messages';
import { StreamingMessages } from './streaming-messages';
import { useScroll } from './use-scroll';

interface ConversationProps {
  session: RoomSession;
  view: SessionView;
  onReply: (messageId: string) => void;
  onEdit: (message: Outgoing) => void;
}

/** The messages of a room, newest at the bottom: those stored, those being written, and one's own on their way. */
export function Conversation({ session, view, onReply, onEdit }: ConversationProps): ReactNode {
  const { notify } = useServices();
  const { room, loaded, loadingOlder } = view;
  const { log, streams, outbox, away, readSeq, unreadFrom, people, turns, approvals } = room;
  const first = log.items[0]?.seq ?? 0;
  const newest = newestSeq(log);

  const loadOlder = useCallback(
    () => session.loadOlder().catch((error: unknown) => notify(explain(error))),
    [notify, session],
  );
  const onTop = useCallback(() => void loadOlder(), [loadOlder]);
  const { scroller, content, onScroll, atEnd, toEnd, toUnread } = useScroll({
    first,
    loaded,
    unreadFrom,
    onTop,
  });

  useEffect(() => {
    if (atEnd && !away && loaded) session.markRead(newest);
  }, [atEnd, away, loaded, newest, session]);

  // What one has just written is to be seen.
  const mine = outbox.length;
  useEffect(() => {
    if (mine > 0) toEnd();
  }, [mine, toEnd]);

  const goToUnread = async (): Promise<void> => {
    const isThere = (): boolean => (session.view.get().room.log.items[0]?.seq ?? 1) <= (unreadFrom ?? 1);
    for (let before = -1; !isThere();) {
      const known = session.view.get().room.log.items.length;
      if (known === before) return;
      before = known;
      await loadOlder();
    }
    requestAnimationFrame(() => requestAnimationFrame(toUnread));
  };

  const below = atEnd ? 0 : Math.max(0, knownLastSeq(log) - readSeq);
  return (
    <div className="conversation">
      <div className="scroller" ref={scroller} onScroll={onScroll}>
        <div className="messages" ref={content}>
          <Beginning
            {...{ loaded, loadingOlder }}
            older={hasOlder(log)}
            empty={newest === 0 && outbox.length === 0}
            onOlder={onTop}
          />
          <MessageList
            {...{ log, people, unreadFrom, onReply }}
            notes={turns.notes}
            roomId={session.roomId}
          />
          <OutgoingMessages {...{ session, outbox, log, onEdit }} />
          <StreamingMessages {...{ streams, turns, approvals, people }} />
        </div>
      </div>
      {unreadFrom !== null && unreadFrom < first && (
        <button type="button" className="button pill to-unread" onClick={() => void goToUnread()}>
          Go to the first unread message
        </button>
      )}
      {loaded && !atEnd && (
        <button type="button" className="button pill to-end" onClick={toEnd}>
          <Icon name="down" />
          {below > 0 ? `${below} new` : 'To the newest'}
        </button>
      )}
    </div>
  );
}
