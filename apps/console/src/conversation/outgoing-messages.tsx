import type { ReactNode } from 'react';
import type { MessageLog } from '../room/message-log';
import type { Outbox, Outgoing } from '../room/outbox';
import type { RoomSession } from '../room/room-session';
import { useServices } from '../services';
import { RichText } from '../text/rich-text';
import { Avatar } from '../ui/avatar';
import { AuthorName } from './author-name';
import { Quote } from './quote';

interface OutgoingProps {
  session: RoomSession;
  outbox: Outbox;
  /** Where to find what they answer. */
  log: MessageLog;
  /** Puts the text of a refused message back into the message field. */
  onEdit: (message: Outgoing) => void;
}

/** One's own messages that are not in the room yet. */
export function OutgoingMessages({ session, outbox, log, onEdit }: OutgoingProps): ReactNode {
  const { me } = useServices();
  if (outbox.length === 0) return null;
  return (
    <section aria-label="Your messages on their way">
      {outbox.map((message) => (
        <article className="message message-outgoing" key={message.id} aria-label="Your message">
          <Avatar id={me.id} name={me.name} kind="user" />
          <div className="message-body">
            <header className="message-head">
              <AuthorName author={{ kind: 'user', ...me }} mine />
            </header>
            {message.replyTo !== null && (
              <Quote message={log.items.find(({ id }) => id === message.replyTo) ?? null} />
            )}
            <div className="message-text">
              <RichText text={message.text} names={[]} markdown={false} />
            </div>
            <Delivery {...{ session, message, onEdit }} />
          </div>
        </article>
      ))}
    </section>
  );
}

interface DeliveryProps extends Omit<OutgoingProps, 'outbox' | 'log'> {
  message: Outgoing;
}

function Delivery({ session, message, onEdit }: DeliveryProps): ReactNode {
  const { id, state, reason } = message;
  if (state !== 'failed') return <p className="delivery">{state === 'sending' ? 'Sending…' : 'Accepted'}</p>;
  return (
    <div className="delivery delivery-failed" role="alert">
      <p>Not sent: {reason}</p>
      <button type="button" className="link-button" onClick={() => session.retry(id)}>
        Send again
      </button>
      <button type="button" className="link-button" onClick={() => onEdit(message)}>
        Edit
      </button>
      <button type="button" className="link-button" onClick={() => session.discard(id)}>
        Discard
      </button>
    </div>
  );
}
