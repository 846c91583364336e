import { memo, type ReactNode } from 'react';
import type { TurnNote } from '../room/turns';
import { useServices } from '../services';
import { dayName } from '../text/times';
import { MessageRow } from './message-row';
import type { Row } from './rows';
import { TurnNotes } from './turn-notes';

export interface BlockProps {
  rows: readonly Row[];
  /** `seq` of the message that Tab reaches; 0: it is in another block. The same for `unreadFrom`. */
  active: number;
  unreadFrom: number;
  /** Who has read up to a message: names by `seq`. */
  seen: ReadonlyMap<number, string>;
  notes: readonly TurnNote[];
  names: readonly string[];
  roomId: string;
  onReply: (messageId: string) => void;
}

/** A block of the list. With the same properties it is not drawn anew. */
export const MessageBlock = memo(function MessageBlock(props: BlockProps): ReactNode {
  const { rows, active, unreadFrom, seen, notes, names, roomId, onReply } = props;
  const { me } = useServices();
  const now = new Date();
  return (
    <ol className="block">
      {rows.map(({ message, newDay, continues, replied }) => {
        const { seq, author, createdAt } = message;
        const below = notes.filter(({ afterSeq }) => afterSeq === seq);
        return (
          <li key={seq}>
            {newDay && <h2 className="day">{dayName(createdAt, now)}</h2>}
            {seq === unreadFrom && (
              <p className="unread-line" data-unread-line>
                New
              </p>
            )}
            <MessageRow
              {...{ message, replied, names, onReply }}
              continues={continues && seq !== unreadFrom}
              mine={author.kind === 'user' && author.id === me.id}
              active={seq === active}
              seenBy={seen.get(seq) ?? ''}
            />
            {below.length > 0 && <TurnNotes notes={below} roomId={roomId} />}
          </li>
        );
      })}
    </ol>
  );
});
