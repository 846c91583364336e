/** A piece of a line of text. */
export type Inline =
  { kind: 'text' | 'bold' | 'code' | 'mention'; text: string } | { kind: 'link'; text: string; href: string };

export interface InlineOptions {
  /** Whether **bold** and `code` mean something. */
  markdown: boolean;
  /** Names that `@` may be followed by. */
  names: readonly string[];
}

const link = String.raw`https?:\/\/[^\s<>"'\x60]+`;
const code = '`[^`\\n]+`';
const bold = String.raw`\*\*(?=\S)[^*\n]+?(?<=\S)\*\*`;

const escaped = (name: string): string => name.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

function mentionOf(names: readonly string[]): string[] {
  const longestFirst = names.filter((name) => name !== '').sort((a, b) => b.length - a.length);
  // As in findMentions: a name must not go on as a word.
  return longestFirst.length === 0
    ? []
    : [String.raw`@(?:${longestFirst.map(escaped).join('|')})(?![\p{L}\p{N}_])`];
}

const count = (text: string, letter: string): number => text.split(letter).length - 1;

/** Punctuation at the end of an address belongs to the sentence; so does a bracket that was not opened within. */
function trimLink(address: string): string {
  let trimmed = address;
  for (;;) {
    const unopened = trimmed.endsWith(')') && count(trimmed, ')') > count(trimmed, '(');
    if (!unopened && !/[.,;:!?]$/.test(trimmed)) return trimmed;
    trimmed = trimmed.slice(0, -1);
  }
}

/** Finds links, mentions and, if asked to, simple markdown in a text. The pieces joined are what a reader sees. */
export function parseInline(text: string, { markdown, names }: InlineOptions): Inline[] {
  const pattern = new RegExp([link, ...(markdown ? [code, bold] : []), ...mentionOf(names)].join('|'), 'giu');
  const pieces: Inline[] = [];
  let done = 0;
  for (const { 0: hit, index } of text.matchAll(pattern)) {
    const piece = toPiece(hit);
    if (index > done) pieces.push({ kind: 'text', text: text.slice(done, index) });
    pieces.push(piece);
    // Of a link, what was trimmed is text.
    done = index + (piece.kind === 'link' ? piece.text.length : hit.length);
  }
  if (done < text.length) pieces.push({ kind: 'text', text: text.slice(done) });
  return pieces;
}

function toPiece(hit: string): Inline {
  if (hit.startsWith('@')) return { kind: 'mention', text: hit };
  if (hit.startsWith('`')) return { kind: 'code', text: hit.slice(1, -1) };
  if (hit.startsWith('**')) return { kind: 'bold', text: hit.slice(2, -2) };
  const address = trimLink(hit);
  return { kind: 'link', text: address, href: address };
}
