import type { MessageView } from '../../../../workflows/contracts/events';

/** What is loaded of a room's messages. `seq` has no gaps in the room, so a gap here is something not read yet. */
export interface MessageLog {
  /** In order of `seq`, each once. */
  readonly items: readonly MessageView[];
  /** Highest `seq` known to exist; null until the server has said. */
  readonly lastSeq: number | null;
}

export const emptyLog: MessageLog = { items: [], lastSeq: null };

/** Messages that exist but are not loaded: both bounds are exclusive. */
export interface Hole {
  after: number;
  before: number;
}

export const newestSeq = ({ items }: MessageLog): number => items.at(-1)?.seq ?? 0;

export const knownLastSeq = (log: MessageLog): number => Math.max(log.lastSeq ?? 0, newestSeq(log));

/** Adds messages in any order; those already there are left alone. */
export function insertMessages(log: MessageLog, added: readonly MessageView[]): MessageLog {
  const lastSeq = added.reduce<number | null>((most, { seq }) => Math.max(most ?? 0, seq), log.lastSeq);
  const [only] = added;
  if (added.length === 1 && only && only.seq > newestSeq(log))
    return { items: [...log.items, only], lastSeq };
  const known = new Set(log.items.map(({ seq }) => seq));
  const fresh = added.filter(({ seq }) => !known.has(seq) && known.add(seq));
  if (fresh.length === 0) return lastSeq === log.lastSeq ? log : { ...log, lastSeq };
  return { items: [...log.items, ...fresh].sort((a, b) => a.seq - b.seq), lastSeq };
}

/** The server knows of messages up to this one. */
export const extendTo = (log: MessageLog, lastSeq: number): MessageLog =>
  log.lastSeq !== null && log.lastSeq >= lastSeq ? log : { ...log, lastSeq };

/** The newest hole between what is loaded and the end of the room; null when there is none. Older history does not count. */
export function newestHole(log: MessageLog): Hole | null {
  const { items } = log;
  if (items.length === 0) return null;
  const newest = newestSeq(log);
  if (newest < knownLastSeq(log)) return { after: newest, before: knownLastSeq(log) + 1 };
  // Without holes the numbers from the first to the last are exactly as many as the items: the usual case, at no cost.
  if (newest - (items[0]?.seq ?? 0) + 1 === items.length) return null;
  for (let index = items.length - 1; index > 0; index -= 1) {
    const after = items[index - 1]?.seq ?? 0;
    const before = items[index]?.seq ?? 0;
    if (before - after > 1) return { after, before };
  }
  return null;
}

/** Whether the room has messages before the first one loaded. */
export const hasOlder = (log: MessageLog): boolean => (log.items[0]?.seq ?? 1) > 1;
