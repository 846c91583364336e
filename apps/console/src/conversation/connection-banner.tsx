import type { ReactNode } from 'react';
import type { ConnectionStatus } from '../socket/room-connection';

/** Says that the connection is lost, a moment after it is: most breaks are over before. */
export function ConnectionBanner({ status }: { status: ConnectionStatus }): ReactNode {
  const lost = status === 'waiting' || status === 'connecting';
  return (
    <div className="banner-place" role="status">
      {lost && (
        <p className="banner late">
          <span className="banner-dot" aria-hidden="true" />
          Reconnecting… Your messages are kept and will be sent.
        </p>
      )}
    </div>
  );
}
