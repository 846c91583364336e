import { memo, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import { newestSeq, type MessageLog } from '../room/message-log';
import type { People } from '../room/people';
import type { TurnNote } from '../room/turns';
import { useServices } from '../services';
import { MessageBlock } from './message-block';
import { createBlocks, seenBy } from './rows';

interface MessageListProps {
  log: MessageLog;
  people: People;
  /** The line above what is new stands here; null: there is none. */
  unreadFrom: number | null;
  notes: readonly TurnNote[];
  roomId: string;
  onReply: (messageId: string) => void;
}

const noNotes: readonly TurnNote[] = [];
const nobody: ReadonlyMap<number, string> = new Map();

/**
 * The stored messages. One of them can be reached with Tab, from there the arrow keys go to the others, R replies.
 * What is being written is not in here, so that it does not draw all of this anew with every word.
 */
export const MessageList = memo(function MessageList(props: MessageListProps): ReactNode {
  const { log, people, unreadFrom, notes, roomId, onReply } = props;
  const { me } = useServices();
  const [chosen, setChosen] = useState<number | null>(null);
  const [toBlocks] = useState(createBlocks);
  const newest = newestSeq(log);
  const active = chosen ?? newest;

  const blocks = useMemo(() => toBlocks(log.items), [log.items, toBlocks]);
  const names = useMemo(() => people.members?.map(({ name }) => name) ?? [], [people.members]);
  const seen = useMemo(() => {
    const others = (people.members ?? []).flatMap(({ userId, name }) =>
      userId === undefined || userId === me.id ? [] : [{ userId, name }],
    );
    return seenBy(others, people.read, newest);
  }, [me.id, newest, people.members, people.read]);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const message = event.target as HTMLElement;
    if (!message.matches('.message') || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = neighbour(event.currentTarget, message, event.key);
    if (event.key === 'r') onReply(message.dataset.id ?? '');
    else if (to !== undefined) to.focus();
    else return;
    event.preventDefault();
  };

  return (
    <section
      aria-label="Messages"
      onKeyDown={onKeyDown}
      onFocus={({ target }) => {
        const seq = target.closest<HTMLElement>('.message')?.dataset.seq;
        if (seq !== undefined) setChosen(Number(seq));
      }}
    >
      {blocks.map(({ key, rows }) => {
        const first = rows[0]?.message.seq ?? 0;
        const last = rows.at(-1)?.message.seq ?? 0;
        const within = (seq: number): boolean => seq >= first && seq <= last;
        const own = notes.filter(({ afterSeq }) => within(afterSeq));
        const readers = [...seen].filter(([seq]) => within(seq));
        return (
          <MessageBlock
            key={key}
            {...{ rows, names, roomId, onReply }}
            active={within(active) ? active : 0}
            unreadFrom={unreadFrom !== null && within(unreadFrom) ? unreadFrom : 0}
            notes={own.length === 0 ? noNotes : own}
            seen={readers.length === 0 ? nobody : new Map(readers)}
          />
        );
      })}
    </section>
  );
});

/** Where a key goes from a message. */
function neighbour(list: HTMLElement, from: HTMLElement, key: string): HTMLElement | undefined {
  const all = [...list.querySelectorAll<HTMLElement>('.message')];
  const at = all.indexOf(from);
  switch (key) {
    case 'ArrowUp':
      return all[Math.max(0, at - 1)];
    case 'ArrowDown':
      return all[Math.min(all.length - 1, at + 1)];
    case 'Home':
      return all[0];
    case 'End':
      return all.at(-1);
    default:
      return undefined;
  }
}
