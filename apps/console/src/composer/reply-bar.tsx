import type { ReactNode } from 'react';
import type { MessageLog } from '../room/message-log';
import { IconButton } from '../ui/icon-button';
import { Icon } from '../ui/icons';

interface ReplyBarProps {
  log: MessageLog;
  messageId: string;
  onCancel: () => void;
}

/** Which message the next one answers. */
export function ReplyBar({ log, messageId, onCancel }: ReplyBarProps): ReactNode {
  const message = log.items.find(({ id }) => id === messageId);
  return (
    <div className="reply-bar">
      <Icon name="reply" />
      <p>
        Reply to <b>{message?.author.name ?? 'a message'}</b>{' '}
        <span className="quote-text">{message?.text}</span>
      </p>
      <IconButton icon="close" label="Do not reply to it" onClick={onCancel} />
    </div>
  );
}
