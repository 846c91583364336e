/** A part of a message that stands on its own lines. */
export type Block =
  | { kind: 'paragraph' | 'heading' | 'code'; text: string }
  | { kind: 'list'; ordered: boolean; start: number; items: string[] };

const fence = /^\s*```/;
const heading = /^#{1,6}\s+(.+)$/;
const bullet = /^\s*[-*•]\s+(.*)$/;
const number = /^\s*(\d{1,9})[.)]\s+(.*)$/;

/** The small part of markdown that models use in a chat: paragraphs, headings, lists and fenced code. */
export function parseBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (fence.test(line)) {
      const end = lines.findIndex((other, at) => at > index && fence.test(other));
      // An answer that is still being written may not have closed its code yet.
      const last = end === -1 ? lines.length : end;
      blocks.push({ kind: 'code', text: lines.slice(index + 1, last).join('\n') });
      index = last;
    } else addLine(blocks, line);
  }
  return blocks.filter((block) => block.kind === 'list' || block.text.trim() !== '' || block.kind === 'code');
}

function addLine(blocks: Block[], line: string): void {
  const last = blocks.at(-1);
  const title = heading.exec(line)?.[1];
  const [, ordinal, numbered] = number.exec(line) ?? [];
  const item = numbered ?? bullet.exec(line)?.[1];
  const ordered = ordinal !== undefined;
  if (title !== undefined) blocks.push({ kind: 'heading', text: title });
  else if (item !== undefined) {
    if (last?.kind === 'list' && last.ordered === ordered) last.items.push(item);
    else blocks.push({ kind: 'list', ordered, start: Number(ordinal ?? 1), items: [item] });
  } else if (line.trim() === '') blocks.push({ kind: 'paragraph', text: '' });
  else if (last?.kind === 'paragraph' && last.text !== '') last.text += `\n${line}`;
  else blocks.push({ kind: 'paragraph', text: line });
}
