import { memo, type ReactNode } from 'react';
import { parseBlocks, type Block } from './blocks';
import { parseInline, type Inline } from './inline';

interface RichTextProps {
  text: string;
  /** Names that may be mentioned. */
  names: readonly string[];
  /** Agents write simple markdown; what people write is shown as it is. */
  markdown: boolean;
}

/** Text of a message: everything becomes text nodes and elements of ours, never markup of the author. */
export const RichText = memo(function RichText({ text, names, markdown }: RichTextProps): ReactNode {
  const inline = (line: string): ReactNode => parseInline(line, { markdown, names }).map(showPiece);
  if (!markdown) return <p>{inline(text)}</p>;
  return parseBlocks(text).map((block, index) => showBlock(block, index, inline));
});

function showBlock(block: Block, key: number, inline: (line: string) => ReactNode): ReactNode {
  switch (block.kind) {
    case 'paragraph':
      return <p key={key}>{inline(block.text)}</p>;
    case 'heading':
      return (
        <p key={key} className="text-heading">
          {inline(block.text)}
        </p>
      );
    case 'code':
      return (
        // Long lines scroll, which must be possible by keyboard too.
        <pre key={key} tabIndex={0} aria-label="Code">
          <code>{block.text}</code>
        </pre>
      );
    case 'list': {
      const items = block.items.map((item, index) => <li key={index}>{inline(item)}</li>);
      return block.ordered ? (
        <ol key={key} start={block.start}>
          {items}
        </ol>
      ) : (
        <ul key={key}>{items}</ul>
      );
    }
  }
}

function showPiece(piece: Inline, key: number): ReactNode {
  switch (piece.kind) {
    case 'text':
      return piece.text;
    case 'bold':
      return <strong key={key}>{piece.text}</strong>;
    case 'code':
      return <code key={key}>{piece.text}</code>;
    case 'mention':
      return (
        <span key={key} className="mention">
          {piece.text}
        </span>
      );
    case 'link':
      return (
        <a key={key} href={piece.href} target="_blank" rel="noreferrer noopener">
          {piece.text}
        </a>
      );
  }
}
