import type { ReactNode } from 'react';
import { temporalLink } from '../api/console-config';
import type { TurnNote } from '../room/turns';
import { useServices } from '../services';

/** How turns ended that did not end with an answer, with the way to what happened. */
export function TurnNotes({ notes, roomId }: { notes: readonly TurnNote[]; roomId: string }): ReactNode {
  const { config } = useServices();
  const href = temporalLink(config, roomId);
  return notes.map(({ turnId, kind, text }) => (
    <p className={`turn-note turn-note-${kind}`} key={turnId}>
      {text}{' '}
      {href !== null && (
        <a href={href} target="_blank" rel="noreferrer noopener" title={`Turn ${turnId}`}>
          Look into it
          <span className="visually-hidden"> in the Temporal UI, in a new tab</span>
        </a>
      )}
    </p>
  ));
}
