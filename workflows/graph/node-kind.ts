import type { Catalogue, SchemaChecker } from '../contracts/graph/catalogue';
import type { GraphNode, Json, JsonObject, JsonSchema } from '../contracts/graph/document';
import type { GraphProblem } from '../contracts/graph/problems';
import type { NodeContext } from './node-context';

/**
 * One kind of node: what its data looks like, what can be wrong with it, what it is compiled to and what it does. To add
 * a kind, write one file in `kinds/` and name it in `kinds/index.ts`.
 * @typeParam D the kind's own data, once it has the shape of `schema`.
 * @typeParam C what it is compiled to.
 */
export interface NodeKind<D extends object = JsonObject, C extends object = JsonObject> {
  readonly kind: string;
  readonly version: number;
  /** One sentence for the guide and for tools that make graphs. */
  readonly summary: string;
  /** Shape of the kind's own data; the fields of every kind (`NodeData`) are added to it. */
  readonly schema: JsonSchema & { properties: JsonObject };
  /** Activities do its work, so that `retry` applies to it. */
  readonly retries?: boolean;
  /** Ways out, without `error`. */
  handles(data: D): string[];
  /** Every expression and template in the data, so that they can be checked. */
  expressions(data: D, context: KindContext): ExpressionUse[];
  /** JSON Schema of the output; what is not known is left open. Expressions are checked against it. */
  output(data: D, context: KindContext): JsonSchema;
  /** What only this kind knows to be wrong. Called when the data has its shape. */
  check?(node: GraphNode & { data: D }, context: CheckContext): KindProblem[];
  /** Data with defaults filled in and everything resolved. Called for graphs without errors. */
  compile(data: D, context: KindContext): C;
  /** What the compiled graph needs to exist. */
  uses?(config: C): {
    agents?: string[];
    tools?: string[];
    workflows?: { workflowId: string; version: number }[];
  };
  /**
   * Runs the node. A failure is thrown as an ApplicationFailure (or is an activity's), a cancellation passes through.
   * It may be called again with what it kept in `context.memory`, when the run continues as new.
   */
  execute(config: C, context: NodeContext): Promise<NodeOutcome>;
}

export interface NodeOutcome {
  output: Json;
  /** Ways out that are taken. Default: `out`. */
  handles?: string[];
}

export interface ExpressionUse {
  /** Below the node: `data.cases.0.when`. */
  path: string;
  source: string;
  /** A template is text with `{{ expression }}` in it. */
  form: 'expression' | 'template';
  /** What it must be. Default: anything. */
  type?: ExpressionType;
  /** Seen from inside the loop's body: `item`, `index`, `previous` and the body's nodes are known. */
  inBody?: boolean;
  /** Evaluated when the run has reached its end, not when the node fires. */
  atEnd?: boolean;
}

/** `timestamp`: also a text in ISO 8601. */
export type ExpressionType = 'bool' | 'list' | 'map' | 'string' | 'number' | 'timestamp';

export interface KindContext {
  catalogue: Catalogue;
  /** Of a loop: the nodes directly inside that nothing inside follows. */
  bodyEnds: readonly string[];
}

export interface CheckContext extends KindContext {
  /** Edges that lead out of the node, by way out. */
  outgoing: ReadonlyMap<string, number>;
  /** Edges that lead to the node. */
  incoming: number;
  /** Nodes directly inside, for loops. */
  children: number;
  schemas: SchemaChecker;
}

/** A problem of the node at hand. */
export type KindProblem = Omit<GraphProblem, 'nodeId' | 'edgeId' | 'severity'> & {
  severity?: GraphProblem['severity'];
};
