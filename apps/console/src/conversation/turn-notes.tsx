import type { ReactNode } from 'react';
import { roomWorkflowId } from '../../../../workflows/contracts/room';
import { runWorkflowId } from '../../../../workflows/contracts/run/run';
import { temporalLink } from '../api/console-config';
import type { TurnNote } from '../room/turns';
import { useServices } from '../services';

/** How turns ended that did not end with an answer, and what policies run, with the way to what happened. */
export function TurnNotes({ notes, roomId }: { notes: readonly TurnNote[]; roomId: string }): ReactNode {
  const { config } = useServices();
  return notes.map(({ id, workflowRunId, kind, text }) => {
    const workflowId = workflowRunId === null ? roomWorkflowId(roomId) : runWorkflowId(workflowRunId);
    const href = temporalLink(config, workflowId);
    return (
      <p className={`turn-note turn-note-${kind}`} key={id}>
        {text}{' '}
        {href !== null && (
          <a
            href={href}
            target="_blank"
            rel="noreferrer noopener"
            title={workflowRunId === null ? `Turn ${id}` : `Run ${workflowRunId}`}
          >
            Look into it
            <span className="visually-hidden"> in the Temporal UI, in a new tab</span>
          </a>
        )}
      </p>
    );
  });
}
