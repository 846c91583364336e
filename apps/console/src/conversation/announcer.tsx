import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { MessageView } from '../../../../workflows/contracts/events';
import { isAskedOf } from '../approvals/is-asked-of';
import type { Approvals } from '../room/approvals';
import type { MessageLog } from '../room/message-log';
import type { TurnNote, Turns } from '../room/turns';
import { newestSeq } from '../room/message-log';
import type { Approval } from '../api/shapes';
import { useServices } from '../services';

interface AnnouncerProps {
  log: MessageLog;
  turns: Turns;
  approvals: Approvals;
  /** What is there already is not announced. */
  ready: boolean;
}

const mostKept = 5;
const longestRead = 600;

const spoken = ({ author, text }: MessageView): string =>
  `${author.name}: ${text.length > longestRead ? `${text.slice(0, longestRead)}…` : text}`;

/**
 * Reads new messages, and what one is asked to decide, to screen readers: each once, when it is complete, and not the older ones that are loaded on
 * scrolling up, nor every word of one that is being written.
 */
export function Announcer({ log, turns, approvals, ready }: AnnouncerProps): ReactNode {
  const { me } = useServices();
  const heard = useRef<{ seq: number; notes: readonly TurnNote[]; asked: readonly Approval[] } | null>(null);
  const [lines, setLines] = useState<readonly { key: string; text: string }[]>([]);

  useEffect(() => {
    if (!ready) return;
    const before = heard.current;
    const asked = approvals.open.flatMap(({ view }) => (view && isAskedOf(view, me.id) ? [view] : []));
    heard.current = { seq: newestSeq(log), notes: turns.notes, asked };
    if (before === null) return;
    const messages = log.items
      .slice(-mostKept)
      .filter(({ seq, author }) => seq > before.seq && author.id !== me.id)
      .map((message) => ({ key: message.id, text: spoken(message) }));
    const notes = turns.notes
      .filter((note) => !before.notes.includes(note))
      .map(({ id, text }) => ({ key: id, text }));
    const questions = asked
      .filter(({ id }) => !before.asked.some((known) => known.id === id))
      .map(({ id, title }) => ({ key: `asked-${id}`, text: `You are asked to decide: ${title}` }));
    const fresh = [...messages, ...notes, ...questions];
    if (fresh.length > 0) setLines((known) => [...known, ...fresh].slice(-mostKept));
  }, [approvals, log, me.id, turns.notes, ready]);

  return (
    <div className="visually-hidden" role="log" aria-live="polite" aria-label="New messages">
      {lines.map(({ key, text }) => (
        <p key={key}>{text}</p>
      ))}
    </div>
  );
}
