import type { MessageView } from '../../../../workflows/contracts/events';
import { dayKey } from '../text/times';

/** A message with what others decide about its looks. */
export interface Row {
  readonly message: MessageView;
  /** The first of its day. */
  readonly newDay: boolean;
  /** Shown without its author, who also wrote the one before, shortly before. */
  readonly continues: boolean;
  /** What it answers; null: that is not loaded, undefined: nothing. */
  readonly replied: MessageView | null | undefined;
}

/** Rows that the browser lays out together, and only near the viewport. */
export interface Block {
  /** Blocks begin at multiples of their size, so that older messages do not move the others to other blocks. */
  readonly key: number;
  readonly rows: readonly Row[];
}

export const blockSize = 50;

const togetherMs = 5 * 60_000;

function rowOf(
  message: MessageView,
  before: MessageView | undefined,
  replied: MessageView | null | undefined,
): Row {
  if (before === undefined) return { message, newDay: true, continues: false, replied };
  const newDay = dayKey(before.createdAt) !== dayKey(message.createdAt);
  const sameAuthor =
    before.author.kind === message.author.kind &&
    before.author.id === message.author.id &&
    before.author.name === message.author.name;
  const soon = Date.parse(message.createdAt) - Date.parse(before.createdAt) < togetherMs;
  return { message, newDay, continues: !newDay && sameAuthor && soon && replied === undefined, replied };
}

/**
 * Makes blocks of messages. Rows and blocks that have not changed since the last call are the same objects, so that
 * one more message among thousands costs as much as among ten.
 */
export function createBlocks(): (messages: readonly MessageView[]) => readonly Block[] {
  const known = new WeakMap<MessageView, { before: MessageView | undefined; row: Row }>();
  let last: readonly Block[] = [];

  return (messages) => {
    const byId = new Map(messages.map((message) => [message.id, message]));
    const rows = messages.map((message, index) => {
      const before = messages[index - 1];
      const replied = message.replyTo === undefined ? undefined : (byId.get(message.replyTo) ?? null);
      const kept = known.get(message);
      if (kept && kept.before === before && kept.row.replied === replied) return kept.row;
      const row = rowOf(message, before, replied);
      known.set(message, { before, row });
      return row;
    });
    const kept = new Map(last.map((block) => [block.key, block]));
    last = inBlocks(rows).map((block) => {
      const earlier = kept.get(block.key);
      return earlier && sameRows(earlier.rows, block.rows) ? earlier : block;
    });
    return last;
  };
}

const sameRows = (a: readonly Row[], b: readonly Row[]): boolean =>
  a.length === b.length && a.every((row, index) => row === b[index]);

function inBlocks(rows: readonly Row[]): Block[] {
  const blocks: { key: number; rows: Row[] }[] = [];
  for (const row of rows) {
    const key = Math.floor(row.message.seq / blockSize);
    const current = blocks.at(-1);
    if (current?.key === key) current.rows.push(row);
    else blocks.push({ key, rows: [row] });
  }
  return blocks;
}

/**
 * Who has read up to which message: names by `seq`, joined by commas.
 * @param newest `seq` of the newest message.
 */
export function seenBy(
  people: readonly { userId: string; name: string }[],
  read: Readonly<Record<string, number>>,
  newest: number,
): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const { userId, name } of people) {
    const seq = Math.min(read[userId] ?? 0, newest);
    const others = names.get(seq);
    if (seq > 0) names.set(seq, others === undefined ? name : `${others}, ${name}`);
  }
  return names;
}
