import type { Json, JsonObject, JsonSchema } from '../json';

/** Version of the shape below; a document says which one it was written for. */
export const graphSchemaVersion = 1;

/**
 * A workflow as users write it, in the shape that React Flow uses. All meaning is in `data`; `position`, `viewport` and
 * whatever else a canvas keeps have none.
 */
export interface GraphDocument {
  schemaVersion: typeof graphSchemaVersion;
  nodes: GraphNode[];
  edges: GraphEdge[];
  viewport?: { x: number; y: number; zoom: number };
}

export interface GraphNode {
  /** Names the node in expressions (`nodes.<id>`) and in node runs. Letters, digits, `_` and `-`, at most 64. */
  id: string;
  /** The node's kind. */
  type: string;
  position: { x: number; y: number };
  /** The loop whose body it belongs to. */
  parentId?: string;
  data: NodeData;
}

export interface GraphEdge {
  id: string;
  source: string;
  /** Which way out of the source; absent or null: `out`. */
  sourceHandle?: string | null;
  target: string;
  data?: { label?: string };
}

/** What the data of every kind may have; the rest is the kind's own. */
export interface NodeData {
  /** For people. Default: the id. */
  label?: string;
  /** Version of the kind. Default 1. */
  version?: number;
  /** What the output must satisfy; the node fails with `output_invalid` otherwise. */
  outputSchema?: JsonSchema;
  /** Longest the node may take, over all attempts, in seconds. */
  timeoutSeconds?: number;
  retry?: RetryData;
  /** `fail` (default) fails the run, `default` goes on with `default` as output, `branch` goes on at the handle `error`. */
  onError?: OnError;
  default?: Json;
  [own: string]: unknown;
}

export type OnError = 'fail' | 'default' | 'branch';

export interface RetryData {
  /** With the first one. 1 to 10, default 3. */
  maxAttempts?: number;
  /** Before the second attempt, in seconds. Default 1. */
  initialSeconds?: number;
  /** Factor from one wait to the next. Default 2. */
  backoff?: number;
  /** Longest wait, in seconds. Default 60. */
  maxSeconds?: number;
}

/** Way out of a node that has one only. */
export const defaultHandle = 'out';
/** Way out of a node that failed, with `onError: 'branch'`. */
export const errorHandle = 'error';
/** Way out of the trigger to the clean-up branch, which runs after a cancel, a failure or a missed deadline. */
export const cleanupHandle = 'cleanup';

/** Ids that mean something else in expressions or node run keys. */
export const reservedIds = ['input', 'trigger', 'nodes', 'run', 'item', 'index', 'previous', 'error'];

export const graphLimits = {
  nodes: 500,
  edges: 2000,
  /** Of the document as JSON. */
  bytes: 262_144,
  /** Edges out of one node. */
  fanOut: 50,
  expressionChars: 2000,
  templateChars: 20_000,
  /** Loops within loops. */
  nesting: 5,
  /** Sub-workflows within sub-workflows. */
  depth: 5,
  /** Longest deadline of a run, in seconds. */
  deadlineSeconds: 90 * 86_400,
} as const;

export type { Json, JsonObject, JsonSchema };
