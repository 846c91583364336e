import type { Catalogue, SchemaChecker } from '../../contracts/graph/catalogue';
import {
  cleanupHandle,
  type GraphEdge,
  type GraphNode,
  type JsonObject,
  type JsonSchema,
} from '../../contracts/graph/document';
import type { GraphProblem } from '../../contracts/graph/problems';
import { checkExpression, checkTemplate, type ExpressionScope } from '../expressions/check-expression';
import { firingRule } from '../firing';
import { record } from '../kinds/define-kind';
import type { ExpressionUse, KindContext, NodeKind } from '../node-kind';
import { endsOf, handleOf, type Scope } from '../structure';
import { waysOut } from './check-node';
import { analyseCertainty, type AnalysedNode, type Certainty } from './certainty';
import { problem } from './problem';

interface GraphParts {
  scopes: readonly Scope[];
  edges: readonly GraphEdge[];
  /** Kinds of the nodes whose data has its shape. */
  kinds: ReadonlyMap<string, NodeKind>;
  misplaced: ReadonlySet<string>;
}

const runSchema = record({ id: { type: 'string' }, startedAt: { type: 'string' }, sessionId: {} });

/** Every problem of every expression and template in the graph. */
export function checkExpressions(
  { scopes, edges, kinds, misplaced }: GraphParts,
  catalogue: Catalogue,
  schemas: SchemaChecker,
): GraphProblem[] {
  const nodes = new Map(
    scopes.flatMap((scope) => [...scope.nodes].map(([id, { node }]) => [id, { node, scope }])),
  );
  const bodies = new Map(scopes.flatMap((scope) => (scope.loop === null ? [] : [[scope.loop, scope]])));
  const certainties = new Map(scopes.map((scope) => [scope, certaintyOf(scope)]));
  const root = scopes.find(({ loop, isCleanup }) => loop === null && !isCleanup);
  const trigger = [...nodes.values()].find(({ node }) => node.type === 'trigger')?.node;
  const outputs = new Map<string, JsonSchema>();

  return [...nodes.values()].flatMap(({ node, scope }) => {
    const kind = kinds.get(node.id);
    if (!kind) return [];
    return kind.expressions(node.data as JsonObject, contextOf(node)).flatMap((use) => {
      const view = viewFrom(node, scope, use);
      const found =
        use.form === 'template'
          ? checkTemplate(use.source, view)
          : checkExpression(use.source, use.type, view);
      return found.map(({ code, message }) => problem(code, message, { nodeId: node.id, path: use.path }));
    });
  });

  function certaintyOf(scope: Scope): Certainty {
    const analysed = [...scope.nodes].map(([id, member]): [string, AnalysedNode] => [
      id,
      { ...member, rule: firingRule(scope, member), handles: handlesOf(member.node) },
    ]);
    return analyseCertainty(scope, new Map(analysed));
  }

  /** Of a node whose data is wrong, those that edges are drawn from. */
  function handlesOf(node: GraphNode): string[] {
    const kind = kinds.get(node.id);
    const handles = kind
      ? waysOut(kind, node)
      : edges.filter(({ source }) => source === node.id).map(handleOf);
    return [...new Set(handles)].filter((handle) => handle !== cleanupHandle);
  }

  function contextOf({ id }: GraphNode): KindContext {
    const body = bodies.get(id);
    return { catalogue, bodyEnds: body ? endsOf(body) : [] };
  }

  function outputOf(node: GraphNode): JsonSchema {
    const known = outputs.get(node.id);
    if (known) return known;
    const schema = computeOutput(node);
    outputs.set(node.id, schema);
    return schema;
  }

  function computeOutput(node: GraphNode): JsonSchema {
    const kind = kinds.get(node.id);
    if (!kind) return {};
    const { outputSchema, onError } = node.data;
    const schema = outputSchema ?? kind.output(node.data as JsonObject, contextOf(node));
    if (onError === 'branch') return {};
    if (onError !== 'default') return schema;
    return schemas.checkSchema(schema) === null &&
      schemas.check(schema, node.data.default ?? null).length === 0
      ? schema
      : {};
  }

  function viewFrom(node: GraphNode, scope: Scope, use: ExpressionUse): ExpressionScope {
    const body = use.inBody ? bodies.get(node.id) : undefined;
    const inner = body ?? scope;
    const at = body || use.atEnd ? null : node.id;
    const isLenient = misplaced.has(node.id);
    return {
      variables: {
        input:
          trigger && kinds.has(trigger.id)
            ? ((trigger.data.inputSchema as JsonSchema | undefined) ?? {})
            : {},
        trigger: { type: 'object' },
        run: runSchema,
        ...loopVariables(inner),
      },
      node: (id) => {
        const target = nodes.get(id);
        if (!target) return { unusable: `There is no node "${id}".` };
        if (isLenient || placeOf(id, inner, at)) return { schema: outputOf(target.node) };
        return { unusable: whyNot(id, target.scope, node, inner) };
      },
      isCertain: (id) => isLenient || placeOf(id, inner, at) === 'certain',
    };
  }

  /** Looks from inside out. undefined: the node does not come before. */
  function placeOf(id: string, from: Scope, from_at: string | null): 'certain' | 'possible' | undefined {
    let at = from_at;
    for (let scope: Scope | undefined = from; scope;) {
      const certainty = certainties.get(scope);
      if (scope.nodes.has(id) && certainty) {
        if (!certainty.isBefore(id, at)) return undefined;
        return certainty.isCertain(id, at) ? 'certain' : 'possible';
      }
      at = scope.loop;
      // The clean-up branch runs when the rest has ended, in whatever way.
      if (scope.isCleanup)
        return root?.nodes.has(id) ? (id === trigger?.id ? 'certain' : 'possible') : undefined;
      scope = at === null ? undefined : nodes.get(at)?.scope;
    }
    return undefined;
  }

  function whyNot(id: string, target: Scope, reader: GraphNode, inner: Scope): string {
    if (id === reader.id) return 'A node cannot use its own output.';
    for (let scope: Scope | undefined = inner; scope?.loop; scope = nodes.get(scope.loop)?.scope)
      if (scope.loop === id) return `The loop "${id}" has no output before it ends.`;
    if (target.loop !== null && target !== inner)
      return `"${id}" is inside the loop "${target.loop}": use what the loop collects, \`nodes.${target.loop}.items\`.`;
    return `"${id}" does not come before: draw a path from it.`;
  }

  /** `item`, `index` and `previous` of the loops around. */
  function loopVariables(inner: Scope): ExpressionScope['variables'] {
    const variables: ExpressionScope['variables'] = {};
    for (let scope: Scope | undefined = inner; scope?.loop; scope = nodes.get(scope.loop)?.scope) {
      variables.index = { type: 'integer' };
      if (nodes.get(scope.loop)?.node.data.over === undefined) variables.previous = {};
      else variables.item = {};
    }
    return variables;
  }
}
