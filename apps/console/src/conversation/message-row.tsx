import { memo, type ReactNode } from 'react';
import type { MessageView } from '../../../../workflows/contracts/events';
import { RichText } from '../text/rich-text';
import { momentOf, timeOf } from '../text/times';
import { Avatar } from '../ui/avatar';
import { IconButton } from '../ui/icon-button';
import { AuthorName } from './author-name';
import { Quote } from './quote';

interface MessageRowProps {
  message: MessageView;
  /** Belongs to the one above, which names the author. */
  continues: boolean;
  mine: boolean;
  /** The one that Tab reaches. */
  active: boolean;
  /** What it answers; null: that is not loaded, undefined: nothing. */
  replied: MessageView | null | undefined;
  /** Names of those who have read up to here. */
  seenBy: string;
  names: readonly string[];
  onReply: (messageId: string) => void;
}

export const MessageRow = memo(function MessageRow(props: MessageRowProps): ReactNode {
  const { message, continues, mine, active, replied, seenBy, names, onReply } = props;
  const { id, seq, author, text, createdAt } = message;
  const time = (
    <time dateTime={createdAt} title={momentOf(createdAt)}>
      {timeOf(createdAt)}
    </time>
  );
  if (author.kind === 'system') {
    return (
      <article className="message message-system" data-seq={seq} data-id={id} tabIndex={active ? 0 : -1}>
        <p>
          {text} {time}
        </p>
      </article>
    );
  }
  return (
    <article
      className={`message ${continues ? 'message-continues' : ''}`}
      data-seq={seq}
      data-id={id}
      tabIndex={active ? 0 : -1}
      aria-label={`${author.name}, ${timeOf(createdAt)}`}
    >
      {continues ? (
        <span className="message-margin">{time}</span>
      ) : (
        <Avatar id={author.id ?? author.name} name={author.name} kind={author.kind} />
      )}
      <div className="message-body">
        {!continues && (
          <header className="message-head">
            <AuthorName author={author} mine={mine} />
            {time}
          </header>
        )}
        {replied !== undefined && <Quote message={replied} />}
        <div className="message-text">
          <RichText text={text} names={names} markdown={author.kind === 'agent'} />
        </div>
        {seenBy !== '' && <p className="seen">Seen by {seenBy}</p>}
      </div>
      <div className="message-actions">
        <IconButton
          icon="reply"
          label={`Reply to ${author.name}`}
          tabIndex={active ? 0 : -1}
          onClick={() => onReply(id)}
        />
      </div>
    </article>
  );
});
