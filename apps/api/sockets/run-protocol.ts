import type { CancelRun } from '../../../workflows/contracts/run/run';

/** Frames that a client sends to `/ws/runs/{id}`. Those it gets are run events with their `seq` as `offset`. */
export type RunClientFrame = { type: 'cancel'; mode?: CancelRun['mode'] } | { type: 'ping' };

/** The first frame a client gets. */
export interface RunHello {
  type: 'hello';
  /** The run's id: offsets hold as long as the run. */
  epoch: string;
  /** Events after this one follow. */
  offset: number;
  recovered: true;
}
