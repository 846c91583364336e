import type { Json, JsonObject, JsonSchema } from '../json';
import type { SchemaIssue } from '../graph/catalogue';
import type { CompiledGraph } from '../graph/compiled';
import type { ApprovalRequest, Decision } from './approvals';
import type { NodeRunStatus, RunError, RunStatus } from './status';

/**
 * A value that history should not hold: the worker's codec keeps large ones in Postgres, with the run, and puts a
 * reference in their place (infra/temporal/claim-check.ts).
 */
export interface Claimed<T> {
  /** The run it belongs to. */
  claim: string;
  value: T;
}

// ---- Local activities of the run workflow

export interface RunRecordActivities {
  /**
   * Reads all that a run needs, and has it marked as running. Fails with `run_gone`, or with `reference_missing` when an
   * agent, tool or sub-workflow of the graph is there no more.
   */
  openRun(runId: string): Promise<Claimed<OpenedRun>>;
  /** Stores and tells what happened in a run, in this order. Repeating an entry changes nothing. */
  recordRun(batch: RunBatch): Promise<void>;
  /** Hands a message to the run's room. */
  postToRoom(post: RunPost): Promise<void>;
  /** Makes the run of a sub-workflow, once per (parent run, key). */
  createChildRun(child: ChildRun): Promise<{ runId: string }>;
  /** What is wrong with a value; empty: nothing. For outputs that no activity has checked. */
  checkJson(check: Claimed<{ schema: JsonSchema; value: Json }>): Promise<SchemaIssue[]>;
}

export interface OpenedRun {
  graph: CompiledGraph;
  workspaceId: string;
  roomId: string | null;
  sessionId: string | null;
  payload: Json;
  /** `trigger` in expressions; `depth`, of a run that a policy fired: how many firings it came of, one after the other. */
  trigger: JsonObject;
  /** ISO 8601. */
  startedAt: string;
  /** How deep it is nested below the run that a person started: 0, 1, … */
  depth: number;
  /** Outcomes taken from the run it was forked from, by node run key. */
  reused: Record<string, ReusedOutcome>;
  /** Inputs that the fork replaced, by node run key. */
  edited: Record<string, Json>;
  /** Longest a model call may take, in seconds. */
  modelSeconds: number;
  /** Longest a tool call may take, in seconds. */
  toolSeconds: number;
}

export interface ReusedOutcome {
  /** `failed` and `cancelled`: a failure that the graph handled, a branch that a join had no need of. */
  status: 'completed' | 'skipped' | 'failed' | 'cancelled';
  output: Json;
  handles: string[];
}

export interface RunBatch {
  runId: string;
  workspaceId: string;
  roomId: string | null;
  entries: RunEntry[];
}

/** Each has a key: the same entry twice is one. `at`: milliseconds since 1970. */
export type RunEntry =
  | NodeEntry
  | {
      type: 'run';
      key: string;
      at: number;
      status: RunStatus;
      output?: Json;
      error?: RunError;
      /** Who paused, resumed or cancelled. */
      by?: string;
    }
  | {
      type: 'approval.requested';
      key: string;
      at: number;
      approvalId: string;
      nodeKey: string;
      request: ApprovalRequest;
    }
  | {
      type: 'approval.reminded';
      key: string;
      at: number;
      approvalId: string;
      nodeKey: string;
      request: ApprovalRequest;
      count: number;
      escalated: boolean;
    }
  | {
      type: 'approval.decision';
      key: string;
      at: number;
      approvalId: string;
      nodeKey: string;
      decision: Decision;
      decided: boolean;
    }
  | {
      type: 'approval.ended';
      key: string;
      at: number;
      approvalId: string;
      nodeKey: string;
      status: 'timed_out' | 'cancelled';
    };

export interface NodeEntry {
  type: 'node';
  key: string;
  at: number;
  nodeKey: string;
  nodeId: string;
  kind: string;
  label: string;
  status: NodeRunStatus;
  input?: Json;
  output?: Json;
  handles?: string[];
  error?: RunError;
  attempts?: number;
  /** Taken from another run: nothing was executed or paid. */
  reused?: boolean;
}

export interface RunPost {
  runId: string;
  workspaceId: string;
  roomId: string;
  /** The same in every attempt. */
  messageId: string;
  author: { kind: 'agent'; id: string; name: string } | { kind: 'system' };
  content: { text: string } | { answerKey: string };
  mentions: string[];
  /** How many firings the run came of, one after the other. */
  depth: number;
}

export interface ChildRun {
  parentRunId: string;
  parentKey: string;
  workspaceId: string;
  roomId: string | null;
  sessionId: string | null;
  workflowId: string;
  version: number;
  payload: Json;
  depth: number;
}

export interface ChildOutcome {
  runId: string;
  output: Json;
}

// ---- Activities that do a node's work. They record its start and its end themselves.

/** Which node run a call belongs to. */
export interface NodeStep {
  runId: string;
  workspaceId: string;
  roomId: string | null;
  nodeKey: string;
  nodeId: string;
  kind: string;
  label: string;
  /** Of several calls in one node; with runId and nodeKey it names the call, which is paid once. `''`: the only one. */
  part: string;
  /** For the record of the node run. */
  input: Json;
  /** The call ends the node: its result is the node's, stored and told by the activity. */
  final: { handles: string[] } | null;
  /** What a final output must satisfy: the call fails with `output_invalid` otherwise. */
  outputSchema: JsonSchema | null;
  /**
   * Attempts that the node's own retry policy allows; null: those of the platform. Servers of ours that are away do not
   * count: they are waited for.
   */
  maxAttempts: number | null;
}

/** Key of the node run that a call is recorded as: the node's own, or that of a part of it. */
export const callKey = (nodeKey: string, part: string): string =>
  part === '' ? nodeKey : `${nodeKey}#${part}`;

export interface ModelAnswerStep {
  agentId: string;
  /** What the agent is asked. */
  prompt: string;
  /** The room's newest messages go into the prompt. */
  withHistory: boolean;
  /** Said in this node before, oldest first. */
  transcript?: { name: string; text: string }[];
  /** Answer in JSON that satisfies it. */
  schema?: JsonObject;
  /** Post the answer to the room, token by token: the id that the message will have. */
  messageId?: string;
}

export interface ModelAnswerResult {
  text: string;
  /** With a schema. */
  json?: Json;
  agentName: string;
  /** Names of the agents or people addressed as @Name. */
  mentions: string[];
  /** The agent said TASK_COMPLETE. */
  complete: boolean;
}

export interface NodeRouteStep {
  candidates: { agentId: string }[];
  prompt: string;
  transcript: { name: string; text: string }[];
}

export interface NodeRouteResult {
  /** null: nobody needs to speak. */
  agentId: string | null;
}

export interface ToolResult {
  output: Json;
}

/** On the `models` queue. They fail with the types of `model-failures.ts`, or `agent_missing`. */
export interface NodeModelActivities {
  answerNode(node: Claimed<NodeStep>, step: Claimed<ModelAnswerStep>): Promise<Claimed<ModelAnswerResult>>;
  routeNode(node: Claimed<NodeStep>, step: Claimed<NodeRouteStep>): Promise<NodeRouteResult>;
}

/** On the `tools` queue. They fail with `tool_missing`, `tool_input_invalid` or `tool_failed`. */
export interface NodeToolActivities {
  callTool(node: Claimed<NodeStep>, tool: string, input: Claimed<JsonObject>): Promise<Claimed<ToolResult>>;
}
