import type { ReactNode } from 'react';

interface BeginningProps {
  loaded: boolean;
  loadingOlder: boolean;
  /** There are messages before the first one shown. */
  older: boolean;
  empty: boolean;
  onOlder: () => void;
}

/** What stands above the first message. */
export function Beginning({ loaded, loadingOlder, older, empty, onOlder }: BeginningProps): ReactNode {
  if (!loaded) return <p className="beginning late">Loading messages…</p>;
  if (empty) return <p className="beginning">Nothing has been said here yet. Write the first message.</p>;
  if (!older) return <p className="beginning">This is where the conversation begins.</p>;
  return (
    <p className="beginning">
      <button type="button" className="link-button" aria-disabled={loadingOlder} onClick={onOlder}>
        {loadingOlder ? 'Loading…' : 'Load older messages'}
      </button>
    </p>
  );
}
