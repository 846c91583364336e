import {
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
import { findMentions } from '../../../../workflows/contracts/mentions';
import type { Outgoing } from '../room/outbox';
import type { RoomSession, SessionView } from '../room/room-session';
import { useServices } from '../services';
import { IconButton } from '../ui/icon-button';
import { Icon } from '../ui/icons';
import { MentionList, optionId } from './mention-list';
import { ReplyBar } from './reply-bar';
import { useMentions } from './use-mentions';

interface ComposerProps {
  session: RoomSession;
  view: SessionView;
  replyTo: string | null;
  /** A refused message to go on with. */
  edited: Outgoing | null;
  /** The turn that Stop ends. */
  running: string | null;
  onReplyDone: () => void;
  onEdited: () => void;
}

/** Longest message in characters, unless the server is set to less (MESSAGE_MAX_CHARS), which then says so. */
const longest = 16_000;
/** From here on the number of characters is shown. */
const countFrom = longest * 0.8;

/** Where messages are written. What is in it survives a closed page. */
export function Composer(props: ComposerProps): ReactNode {
  const { session, view, replyTo, edited, running, onReplyDone, onEdited } = props;
  const { unsentOf } = useServices();
  const unsent = unsentOf(session.roomId);
  const [text, setText] = useState(() => unsent.draft());
  const [caret, setCaret] = useState(0);
  const field = useRef<HTMLTextAreaElement>(null);
  /** Where the caret goes with the next text; null: where the browser puts it. */
  const caretAfter = useRef<number | null>(null);
  const listId = useId();
  const members = view.room.people.members ?? [];
  const mentions = useMentions(text, caret, members);
  const tooLong = text.length > longest;

  const change = (next: string, position = next.length): void => {
    setText(next);
    setCaret(position);
    unsent.keepDraft(next);
    session.typing(next.trim() !== '');
  };

  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    // At once: the next key may already be on its way.
    if (caretAfter.current !== null) element.setSelectionRange(caretAfter.current, caretAfter.current);
    caretAfter.current = null;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [text]);

  // Where there is a screen keyboard, it should not come up by itself.
  useEffect(() => {
    if (matchMedia('(hover: hover)').matches) field.current?.focus();
  }, []);

  useEffect(() => {
    if (replyTo !== null) field.current?.focus();
  }, [replyTo]);

  useEffect(() => {
    if (edited === null) return;
    change(text.trim() === '' ? edited.text : `${edited.text}\n${text}`);
    field.current?.focus();
    onEdited();
  });

  const send = (): void => {
    if (text.trim() === '' || tooLong) return;
    session.send({ text, mentions: findMentions(text, members).map(({ id }) => id), replyTo });
    change('');
    onReplyDone();
  };

  const complete = (index: number): void => {
    const completed = mentions.complete(index);
    if (completed === null) return;
    caretAfter.current = completed.caret;
    change(completed.text, completed.caret);
    field.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) return;
    if (mentions.onKey(event, complete)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && replyTo !== null) {
      event.preventDefault();
      onReplyDone();
    }
  };

  const { open, active } = mentions;
  return (
    <section className="composer" aria-label="Write a message">
      {replyTo !== null && <ReplyBar log={view.room.log} messageId={replyTo} onCancel={onReplyDone} />}
      {open && <MentionList id={listId} {...mentions} onChoose={complete} />}
      <div className="composer-row">
        <textarea
          ref={field}
          id="composer"
          rows={1}
          value={text}
          placeholder={`Message ${view.room.settings?.name ?? ''}`.trim()}
          aria-label="Message"
          aria-describedby="composer-hint"
          aria-invalid={tooLong}
          aria-autocomplete="list"
          aria-controls={open ? listId : undefined}
          aria-activedescendant={open ? optionId(listId, active) : undefined}
          onChange={(event) => change(event.target.value, event.target.selectionStart)}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
          onBlur={mentions.close}
        />
        {running !== null && (
          <button
            type="button"
            className="button"
            onClick={() => session.cancelTurn(running)}
            aria-keyshortcuts="Escape"
          >
            <Icon name="stop" /> Stop
          </button>
        )}
        <IconButton
          className="send"
          icon="send"
          label="Send"
          aria-disabled={text.trim() === '' || tooLong}
          onClick={send}
        />
      </div>
      <p className="composer-hint" id="composer-hint">
        <span className="wide-only">
          Enter sends · Shift+Enter makes a new line · @ mentions
          {running === null ? '' : ' · Esc stops the agents'}
        </span>
        {text.length >= countFrom && (
          <span className={tooLong ? 'field-error' : ''}>
            {text.length.toLocaleString()} of {longest.toLocaleString()} characters
          </span>
        )}
      </p>
    </section>
  );
}
