import type { JsonSchema } from '../json';

/** What a graph may refer to, as its workspace has it now. */
export interface Catalogue {
  /** The workflow the graph belongs to; null: not saved yet. */
  workflowId: string | null;
  agents: ReadonlyMap<string, { name: string }>;
  tools: ReadonlyMap<string, ToolSpec>;
  workflows: ReadonlyMap<string, CatalogueWorkflow>;
}

/** A tool as graphs, prompts and lists see it. */
export interface ToolSpec {
  name: string;
  description: string;
  inputSchema: JsonSchema;
  outputSchema: JsonSchema;
  /** Calling it twice does no more than calling it once, so that users may retry it. */
  repeatable: boolean;
}

export interface CatalogueWorkflow {
  name: string;
  /** Published versions, with how deep sub-workflows are nested below and which workflows they reach (with themselves). */
  versions: ReadonlyMap<number, { depth: number; reaches: readonly string[] }>;
  /** null: never published. */
  latest: number | null;
}

/** Checks values against JSON Schema; the library behind it stays out of workflow code. */
export interface SchemaChecker {
  /** null: valid. Otherwise what is wrong with the schema itself. */
  checkSchema(schema: unknown): string | null;
  /** What is wrong with the value, each with a path like `items.0.name`; empty: nothing. */
  check(schema: JsonSchema, value: unknown): SchemaIssue[];
}

export interface SchemaIssue {
  path: string;
  message: string;
}
