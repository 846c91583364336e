import { useCallback, useRef, useState, type ReactNode } from 'react';
import { IconButton } from './icon-button';

interface Notice {
  id: number;
  text: string;
}

/** Long enough to be read; they can be closed before. */
const shownMs = 8000;
const mostShown = 3;

export interface Notices {
  notify: (text: string) => void;
  list: readonly Notice[];
  close: (id: number) => void;
}

export function useNotices(): Notices {
  const [list, setList] = useState<readonly Notice[]>([]);
  const next = useRef(0);
  const close = useCallback(
    (id: number) => setList((shown) => shown.filter((notice) => notice.id !== id)),
    [],
  );
  const notify = useCallback(
    (text: string) => {
      next.current += 1;
      const id = next.current;
      setList((shown) => [...shown.filter((notice) => notice.text !== text), { id, text }].slice(-mostShown));
      setTimeout(() => close(id), shownMs);
    },
    [close],
  );
  return { notify, list, close };
}

export function NoticeList({ list, close }: Pick<Notices, 'list' | 'close'>): ReactNode {
  return (
    <div className="notices" role="status">
      {list.map(({ id, text }) => (
        <div className="notice" key={id}>
          <p>{text}</p>
          <IconButton icon="close" label="Close notice" onClick={() => close(id)} />
        </div>
      ))}
    </div>
  );
}
