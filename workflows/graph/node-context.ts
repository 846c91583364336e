import type { Json, JsonObject } from '../contracts/graph/document';
import type { ApprovalOutcome, ApprovalRequest } from '../contracts/run/approvals';
import type {
  ChildOutcome,
  ModelAnswerResult,
  ModelAnswerStep,
  NodeRouteResult,
  NodeRouteStep,
  ToolResult,
} from '../contracts/run/activities';

/** What a node can do while it runs; the interpreter stands behind it. Everything in it is deterministic or durable. */
export interface NodeContext {
  /** The node run's key: `research`, `each[3]/write`. */
  readonly key: string;
  readonly label: string;
  readonly run: RunFacts;
  /** Ids of the nodes that lead here by an edge that was taken, in the order of the compiled edges. */
  readonly taken: readonly string[];
  /** What earlier executions of this node kept, and what to keep: JSON. Survives continue-as-new. */
  readonly memory: Memory;

  /** Value of an expression as it stands now. Fails with `expression_failed`. */
  evaluate(expression: string): Json;
  /** A template with its expressions filled in; values that are no text as JSON. */
  render(template: string): string;
  /** Every expression of a mapping. */
  map(mapping: Readonly<Record<string, string>>): JsonObject;
  /**
   * Notes what the node works on, for the record of the node run. Call it once, before anything that takes time, and work
   * with what it gives back: a fork may have edited it. (Of the same shape: the API has checked it against the record.)
   */
  describe<T extends Json>(input: T): T;

  /** One answer of an agent, paid once. `part` tells several calls of one node apart and is the same in every attempt. */
  answer(part: string, step: ModelAnswerStep): Promise<ModelAnswerResult>;
  /** Who of several agents speaks next. */
  route(part: string, step: NodeRouteStep): Promise<NodeRouteResult>;
  callTool(tool: string, input: JsonObject): Promise<ToolResult>;
  /** The id that a message of this part has in the room, before it is posted; null: the run has no room. */
  messageId(part: string): string | null;
  /** Posts to the run's room. false: the run has none. */
  post(part: string, message: RoomPost): Promise<boolean>;
  /** Runs a sub-workflow to its end. */
  runWorkflow(workflowId: string, version: number, payload: Json): Promise<ChildOutcome>;
  /** Waits for people. */
  requestApproval(request: ApprovalRequest): Promise<ApprovalOutcome>;
  /** Until a time, in milliseconds since 1970. */
  sleepUntil(time: number): Promise<void>;
  /** Workflow time, in milliseconds since 1970. */
  now(): number;
  /**
   * Runs the body of a loop once, with these variables on top of what is known. `collect` is evaluated in it at the end,
   * and is the result; the `nodes` of the body are known to it. An iteration that a run before this one, or before
   * continue-as-new, has finished is not run again.
   */
  runBody(index: number, variables: JsonObject, collect: string): Promise<Json>;
}

export interface RunFacts {
  runId: string;
  workspaceId: string;
  /** null: headless. */
  roomId: string | null;
  sessionId: string | null;
}

export interface Memory {
  get(): JsonObject | undefined;
  set(value: JsonObject): void;
}

export interface RoomPost {
  author: { kind: 'agent'; id: string; name: string } | { kind: 'system' };
  /** The text, or the stored answer of `part` it is taken from. */
  content: { text: string } | { answerPart: string };
  /** Room member ids. */
  mentions?: string[];
}
