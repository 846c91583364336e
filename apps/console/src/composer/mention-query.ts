import type { MemberView } from '../../../../workflows/contracts/events';

/** What is being typed after an `@`. */
export interface MentionQuery {
  /** Where the `@` is. */
  start: number;
  /** What follows it, up to the caret. */
  text: string;
}

const longestName = 100;
const mostShown = 8;

/** The mention that the caret is in, if any: an `@` at the beginning of a word, and what follows it on the line. */
export function findMentionQuery(text: string, caret: number): MentionQuery | null {
  const before = text.slice(Math.max(0, caret - longestName - 1), caret);
  const at = before.lastIndexOf('@');
  if (at === -1 || before.slice(at).includes('\n')) return null;
  const start = caret - before.length + at;
  if (start > 0 && /[\p{L}\p{N}_]/u.test(text.charAt(start - 1))) return null;
  return { start, text: before.slice(at + 1) };
}

/** Members whose name, or a word of it, begins with what was typed; those whose whole name does come first. */
export function suggestMembers(members: readonly MemberView[], query: string): MemberView[] {
  const wanted = query.toLocaleLowerCase();
  const begins = (name: string): boolean => name.toLocaleLowerCase().startsWith(wanted);
  const whole = members.filter(({ name }) => begins(name));
  const part = members.filter(({ name }) => !begins(name) && name.split(/\s+/).some(begins));
  return [...whole, ...part].slice(0, mostShown);
}

/** The text with the mention completed, and where the caret goes. */
export function completeMention(
  text: string,
  caret: number,
  { start }: MentionQuery,
  name: string,
): { text: string; caret: number } {
  const rest = text.slice(caret);
  const inserted = `@${name}${rest.startsWith(' ') ? '' : ' '}`;
  return { text: text.slice(0, start) + inserted + rest, caret: start + name.length + 2 };
}
