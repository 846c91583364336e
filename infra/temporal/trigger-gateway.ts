import type { TriggerEvent } from '../../workflows/contracts/triggers/events';

/** An event whose row is stored, on its way to who decides over it. */
export interface SentEvent {
  workspaceId: string;
  /** null: the workspace's own host decides. */
  roomId: string | null;
  event: TriggerEvent;
}

/** How processes tell rooms and workspaces what happened. */
export interface TriggerGateway {
  /**
   * Resolves once Temporal has stored the events; what arrives meanwhile for the same host travels together. The same
   * event twice is one.
   * @throws TemporalUnavailableError
   */
  send(event: SentEvent): Promise<void>;
}
