import type { ReactNode } from 'react';
import { roomWorkflowId } from '../../../../workflows/contracts/room';
import { runWorkflowId } from '../../../../workflows/contracts/run/run';
import { temporalLink } from '../api/console-config';
import type { RoomSession, SessionView } from '../room/room-session';
import { useServices } from '../services';
import { IconButton } from '../ui/icon-button';
import { Icon } from '../ui/icons';

interface HeaderProps {
  session: RoomSession;
  view: SessionView;
  /** null: always visible. */
  onRooms: (() => void) | null;
  onDetails: (() => void) | null;
}

export function ConversationHeader({ session, view, onRooms, onDetails }: HeaderProps): ReactNode {
  const { config } = useServices();
  const { settings, people, workflow, turns } = view.room;
  const temporal = temporalLink(config, roomWorkflowId(session.roomId));
  const turn = turns.running.findLast(({ isRun }) => isRun);
  const run = turn === undefined ? null : temporalLink(config, runWorkflowId(turn.turnId));
  const members = people.members ?? [];
  const agents = members.filter(({ kind }) => kind === 'agent').length;
  const persons = members.length - agents;
  return (
    <header className="room-head">
      {onRooms && <IconButton icon="menu" label="Rooms" onClick={onRooms} />}
      <div className="room-title">
        <h1 id="room-heading" tabIndex={-1}>
          {settings?.name ?? ' '}
        </h1>
        <p className="muted">
          {people.members !== null &&
            `${counted(persons, 'person', 'people')}, ${counted(agents, 'agent', 'agents')} · ${people.online.size} online`}
          {workflow !== null && ` · Workflow: ${workflow.name}`}
          {run !== null && (
            <>
              {' · '}
              <a className="run-link" href={run} target="_blank" rel="noreferrer noopener">
                Look into the run
                <span className="visually-hidden"> in the Temporal UI, in a new tab</span>
              </a>
            </>
          )}
        </p>
      </div>
      {temporal !== null && (
        <a className="button button-quiet" href={temporal} target="_blank" rel="noreferrer noopener">
          <Icon name="link" />
          <span className="wide-only">Temporal UI</span>
          <span className="visually-hidden"> of this room, in a new tab</span>
        </a>
      )}
      {onDetails && <IconButton icon="people" label="Members and settings" onClick={onDetails} />}
    </header>
  );
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
