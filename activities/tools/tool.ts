import type { Database } from '../../infra/database/client';
import type { EventSender } from '../../infra/triggers/event-sender';
import type { ToolSpec } from '../../workflows/contracts/graph/catalogue';
import type { Json, JsonObject } from '../../workflows/contracts/json';

export interface Tool {
  readonly spec: ToolSpec;
  /**
   * @param input satisfies the tool's input schema.
   * @throws ToolError when the call cannot be made as asked; anything else is tried again until it works.
   */
  call(input: JsonObject, context: ToolContext): Promise<Json>;
}

export interface ToolContext {
  database: Database;
  /** Sends what the call has recorded for trigger policies. */
  events: EventSender;
  runId: string;
  workspaceId: string;
  roomId: string | null;
  /** The same in every attempt at the same call, and in no other. */
  idempotencyKey: string;
  /** What the call is named in its graph, for people. */
  label: string;
}

/** A tool failed. The message tells people why. */
export class ToolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ToolError';
  }
}
