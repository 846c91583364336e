import type { Catalogue } from '../contracts/graph/catalogue';
import type {
  CompiledGraph,
  CompiledNode,
  CompiledScope,
  CompiledUses,
  NodePolicy,
} from '../contracts/graph/compiled';
import type { GraphDocument, Json, JsonObject, NodeData } from '../contracts/graph/document';
import { firingRule } from './firing';
import { nodeKinds } from './kinds';
import { runSettings, type TriggerData } from './kinds/trigger';
import { endsOf, isBefore, scopesOf, type Scope, type ScopeNode } from './structure';

/**
 * Compiles a graph without errors. The same meaning gives the same result, whatever the order of nodes and edges and
 * wherever the boxes stand; its hash is that of `canonicalJson`.
 */
export function compileGraph(document: GraphDocument, catalogue: Catalogue): CompiledGraph {
  const scopes = scopesOf(document.nodes, document.edges);
  const bodies = new Map(scopes.flatMap((scope) => (scope.loop === null ? [] : [[scope.loop, scope]])));
  const uses = { agents: new Set<string>(), tools: new Set<string>(), workflows: new Map<string, number>() };

  const compileScope = (scope: Scope | undefined): CompiledScope => ({
    nodes: (scope?.order ?? []).map((id) => {
      const member = scope?.nodes.get(id);
      if (!scope || !member) throw new Error(`No node ${id}`);
      return compileNode(scope, member);
    }),
  });

  const compileNode = (scope: Scope, member: ScopeNode): CompiledNode => {
    const { id, type, data } = member.node;
    const kind = nodeKinds.get(type);
    if (!kind) throw new Error(`No kind ${type}`);
    const body = bodies.get(id);
    const config = kind.compile(data as JsonObject, { catalogue, bodyEnds: body ? endsOf(body) : [] });
    const { agents = [], tools = [], workflows = [] } = kind.uses?.(config) ?? {};
    for (const agent of agents) uses.agents.add(agent);
    for (const tool of tools) uses.tools.add(tool);
    for (const { workflowId, version } of workflows)
      uses.workflows.set(JSON.stringify([workflowId, version]), version);
    return {
      id,
      kind: type,
      version: kind.version,
      label: data.label ?? id,
      config: config,
      in: member.in.map(({ from, handle }) => ({ from, handle })),
      rule: firingRule(scope, member),
      policy: policyOf(data),
      body: kind.kind === 'loop' ? compileScope(body) : null,
    };
  };

  const trigger = document.nodes.find(({ type }) => type === 'trigger');
  const cleanup = scopes.find(({ isCleanup }) => isCleanup);
  return {
    format: 1,
    ...runSettings((trigger?.data ?? {}) as TriggerData),
    root: compileScope(scopes[0]),
    cleanup: cleanup ? compileScope(cleanup) : null,
    uses: sorted(uses),
  };
}

function policyOf(data: NodeData): NodePolicy {
  const { timeoutSeconds = null, retry, onError = 'fail', outputSchema = null } = data;
  return {
    timeoutSeconds,
    retry: retry
      ? {
          maxAttempts: retry.maxAttempts ?? 3,
          initialSeconds: retry.initialSeconds ?? 1,
          backoff: retry.backoff ?? 2,
          maxSeconds: retry.maxSeconds ?? 60,
        }
      : null,
    onError,
    default: data.default ?? null,
    outputSchema,
  };
}

function sorted(uses: {
  agents: Set<string>;
  tools: Set<string>;
  workflows: Map<string, number>;
}): CompiledUses {
  return {
    agents: [...uses.agents].sort(isBefore),
    tools: [...uses.tools].sort(isBefore),
    workflows: [...uses.workflows.keys()].sort(isBefore).map((key) => {
      const [workflowId, version] = JSON.parse(key) as [string, number];
      return { workflowId, version };
    }),
  };
}

/** JSON with the names of objects in order and without spaces: equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: Json) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => isBefore(a, b)))
      : part,
  );
}
