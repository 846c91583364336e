import type { CancelTurn, RoomState, Submission, TurnEnded } from '../../workflows/contracts/room';

export interface RoomAddress {
  roomId: string;
  workspaceId: string;
}

/** A turn is running and the room's policy is `reject`: the message was not taken. */
export class TurnInProgressError extends Error {
  constructor() {
    super(
      'A turn is running in this room and its policy is to reject messages meanwhile. Send it again when the turn has ended.',
    );
    this.name = 'TurnInProgressError';
  }
}

/** Temporal cannot be reached; nothing was taken. Send the same again later, with the same ids. */
export class TemporalUnavailableError extends Error {
  constructor(options?: ErrorOptions) {
    super(
      'The workflow service cannot be reached. Send the same again, with the same id, in a few seconds.',
      options,
    );
    this.name = 'TemporalUnavailableError';
  }
}

/** How processes speak to room workflows. */
export interface RoomGateway {
  /**
   * Hands a message to the room's workflow, starting it when it is not running. Resolves once Temporal has stored it.
   * Messages for one room that arrive while a signal is under way travel together in the next one, in order.
   * @throws TemporalUnavailableError
   */
  submit(room: RoomAddress, submission: Submission): Promise<void>;
  /**
   * The same for rooms whose policy is `reject`.
   * @throws TurnInProgressError, TemporalUnavailableError
   */
  submitOrReject(room: RoomAddress, submission: Submission): Promise<void>;
  /** Does nothing when the turn or the workflow is not running. */
  cancelTurn(roomId: string, request: CancelTurn): Promise<void>;
  /** Tells a room that the run of one of its turns has ended, when the run itself cannot. */
  endTurn(roomId: string, end: TurnEnded): Promise<void>;
  /** Ends the room's workflow, cancelling its turns. */
  close(roomId: string): Promise<void>;
  /** null when the room has no running workflow. Needs a worker. */
  state(roomId: string): Promise<RoomState | null>;
}
