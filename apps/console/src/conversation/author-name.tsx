import type { ReactNode } from 'react';
import type { Author } from '../../../../workflows/contracts/events';
import { useHue } from '../ui/hues';

export function AuthorName({ author, mine = false }: { author: Author; mine?: boolean }): ReactNode {
  const hue = useHue(author.id ?? author.name);
  return (
    <>
      <span className={`author ${hue}`}>{author.name}</span>
      {mine && <span className="muted">(you)</span>}
      {author.kind === 'agent' && <span className="badge">agent</span>}
    </>
  );
}
