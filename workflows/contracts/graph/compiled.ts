import type { Json, JsonObject, JsonSchema, OnError } from './document';

/**
 * What a published graph is compiled to: everything the interpreter needs and nothing else, with defaults filled in. The
 * same meaning gives the same JSON, wherever the boxes stand, so its hash names the meaning.
 */
export interface CompiledGraph {
  format: 1;
  /** Longest the run may take, waiting included, in seconds. */
  deadlineSeconds: number;
  /** Most nodes at work at once. */
  concurrency: number;
  /** What the run's payload must satisfy. */
  inputSchema: JsonSchema | null;
  /** The run's output by name, as expressions; null: the outputs of the nodes at the ends, by node id. */
  output: Record<string, string> | null;
  root: CompiledScope;
  /** Runs after a cancel, a failure or a missed deadline. */
  cleanup: CompiledScope | null;
  uses: CompiledUses;
}

/** What the graph needs to exist when a run starts. */
export interface CompiledUses {
  /** Agent ids. */
  agents: string[];
  /** Names. */
  tools: string[];
  workflows: { workflowId: string; version: number }[];
}

/** Nodes that refer to each other: the whole graph, or the body of a loop. */
export interface CompiledScope {
  /** Sorted so that edges lead forward; of equals, by id. */
  nodes: CompiledNode[];
}

export interface CompiledNode {
  id: string;
  kind: string;
  version: number;
  label: string;
  /** What the kind made of the node's data. */
  config: JsonObject;
  /** Edges that lead here; none: the node starts its scope. */
  in: CompiledEdge[];
  rule: FiringRule;
  policy: NodePolicy;
  /** Of a loop. */
  body: CompiledScope | null;
}

export interface CompiledEdge {
  from: string;
  handle: string;
}

/**
 * When a node fires. `merge`: once every edge is settled, if one was taken. `quorum`: as soon as `need` edges are taken;
 * then the nodes `losers`, which lead only here, are cancelled if they have not ended.
 */
export type FiringRule = { type: 'merge' } | { type: 'quorum'; need: number; losers: string[] };

export interface NodePolicy {
  /** null: as long as the run may. */
  timeoutSeconds: number | null;
  /** null: what the platform does for this kind. */
  retry: { maxAttempts: number; initialSeconds: number; backoff: number; maxSeconds: number } | null;
  onError: OnError;
  /** The output after a failure, with onError `default`. */
  default: Json;
  outputSchema: JsonSchema | null;
}
