import type { ReactNode } from 'react';
import type { MessageView } from '../../../../workflows/contracts/events';
import { Icon } from '../ui/icons';

const longest = 120;

const firstLine = (text: string): string => {
  const [line = ''] = text.split('\n', 1);
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
};

/** Goes to a message that is loaded. */
function goTo(seq: number): void {
  const element = document.querySelector<HTMLElement>(`.message[data-seq="${seq}"]`);
  element?.scrollIntoView({ block: 'center' });
  element?.focus({ preventScroll: true });
}

/** What a message answers, in one line; null: it is not loaded. */
export function Quote({ message }: { message: MessageView | null }): ReactNode {
  if (message === null) {
    return (
      <p className="quote">
        <Icon name="reply" /> Reply to an earlier message
      </p>
    );
  }
  const { author, text, seq } = message;
  return (
    <button type="button" className="quote" tabIndex={-1} onClick={() => goTo(seq)}>
      <Icon name="reply" />
      <span className="visually-hidden">Reply to </span>
      <b>{author.name}</b> <span className="quote-text">{firstLine(text)}</span>
    </button>
  );
}
