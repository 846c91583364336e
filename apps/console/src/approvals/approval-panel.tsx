import type { ReactNode } from 'react';
import type { Approvals } from '../room/approvals';
import { labelOf } from '../room/approvals';
import type { RoomSession } from '../room/room-session';
import type { Approval } from '../api/shapes';
import { useServices } from '../services';
import { ApprovalCard } from './approval-card';
import { isAskedOf } from './is-asked-of';

interface ApprovalPanelProps {
  session: RoomSession;
  approvals: Approvals;
}

/** What runs of this room ask of people: to decide, where one is asked, and otherwise a line that says what is awaited. */
export function ApprovalPanel({ session, approvals }: ApprovalPanelProps): ReactNode {
  const { me } = useServices();
  const views = approvals.open.flatMap(({ view }) => (view === null ? [] : [view]));
  if (views.length === 0) return null;
  const mine = views.filter((view) => isAskedOf(view, me.id));
  const others = views.filter((view) => !mine.includes(view));
  return (
    <section className="approvals" aria-label="Decisions">
      {mine.map((view) => (
        <ApprovalCard key={view.id} session={session} approval={view} />
      ))}
      {others.map((view) => (
        <p key={view.id} className="approval-waiting">
          Waiting for a decision: {view.title}
          {ownDecision(view, me.id)}
        </p>
      ))}
    </section>
  );
}

/** Where several people have to decide, what one has said already. */
function ownDecision(approval: Approval, myId: string): string {
  const own = approval.decisions.find(({ userId }) => userId === myId);
  return own === undefined ? '' : ` · You chose “${labelOf(approval, own.action)}”`;
}
