import { closeCodes } from '../../../../workflows/contracts/events';

/** What to do when a connection has ended. */
export type AfterClose =
  /** Connect again, after at least so many milliseconds. */
  | { next: 'reconnect'; waitMs: number }
  /** Get a new identity first. */
  | { next: 'refresh' }
  /** It was not let in, and a browser is not told why: ask by HTTP. */
  | { next: 'ask' }
  | { next: 'leave'; how: 'removed' | 'deleted' };

/** @param greeted whether the server had said `hello` on this connection. */
export function afterClose(code: number, greeted: boolean): AfterClose {
  switch (code) {
    case closeCodes.identityExpired:
      return { next: 'refresh' };
    case closeCodes.notAMember:
      return { next: 'leave', how: 'removed' };
    case closeCodes.roomGone:
      return { next: 'leave', how: 'deleted' };
    case closeCodes.tooSlow:
      return { next: 'reconnect', waitMs: 1000 };
    case closeCodes.tooManyFrames:
      return { next: 'reconnect', waitMs: 3000 };
    // noPong, frameTooLarge, and whatever the network or a restarting server says.
    default:
      return greeted ? { next: 'reconnect', waitMs: 0 } : { next: 'ask' };
  }
}
