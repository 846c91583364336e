import {
  defaultHandle,
  errorHandle,
  type GraphDocument,
  type GraphNode,
  type Json,
  type JsonObject,
} from '../../../workflows/contracts/graph/document';
import {
  evaluateExpression,
  ExpressionError,
  toCel,
  type CelValue,
} from '../../../workflows/graph/expressions';

/** What became of a node, by its own data and the edges that lead to it. */
export interface Outcome {
  status: 'completed' | 'failed' | 'skipped';
  output?: Json;
  handles: string[];
}

type Known = Record<string, CelValue>;

/**
 * Runs a graph the plain way: one node after the other, straight from the document. For triggers, transforms, switches,
 * joins that wait for all that lead to them, loops and delays of 0 seconds.
 * @returns the outcomes by node run key.
 */
export function interpret(document: GraphDocument, payload: Json): Record<string, Outcome> {
  const outcomes: Record<string, Outcome> = {};
  const childrenOf = (parentId?: string): GraphNode[] =>
    document.nodes.filter((node) => node.parentId === parentId);

  runScope(undefined, '', { input: toCel(payload) }, new Map());
  return outcomes;

  function runScope(
    parentId: string | undefined,
    prefix: string,
    known: Known,
    outside: Map<string, CelValue>,
  ): Map<string, CelValue> {
    const nodes = new Map(outside);
    const left = new Set(childrenOf(parentId));
    while (left.size > 0) {
      const before = left.size;
      for (const node of left) {
        const edges = document.edges.filter(({ target }) => target === node.id);
        const sources = edges.map(({ source }) => outcomes[prefix + source]);
        if (sources.some((source) => source === undefined)) continue;
        const taken = edges.filter((edge, at) =>
          sources[at]?.handles.includes(edge.sourceHandle ?? defaultHandle),
        );
        const need =
          node.type === 'join' && node.data.mode === 'quorum'
            ? Number(node.data.quorum)
            : Math.min(1, edges.length);
        const outcome: Outcome =
          taken.length >= need
            ? attempt(
                node,
                prefix,
                { ...known, nodes },
                taken.map(({ source }) => source),
              )
            : { status: 'skipped', handles: [] };
        outcomes[prefix + node.id] = outcome;
        if (outcome.handles.length > 0) nodes.set(node.id, toCel(outcome.output ?? null));
        left.delete(node);
      }
      if (left.size === before)
        throw new Error(`These nodes never end: ${[...left].map(({ id }) => id).join(', ')}`);
    }
    return nodes;
  }

  function attempt(node: GraphNode, prefix: string, known: Known, taken: string[]): Outcome {
    try {
      return { status: 'completed', handles: [defaultHandle], ...execute(node, prefix, known, taken) };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const { onError, default: standIn = null } = node.data;
      if (onError === 'default') return { status: 'failed', output: standIn, handles: [defaultHandle] };
      return { status: 'failed', output: { error: { code: 'expression_failed' } }, handles: [errorHandle] };
    }
  }

  function execute(
    { id, type, data }: GraphNode,
    prefix: string,
    known: Known,
    taken: string[],
  ): { output: Json; handles?: string[] } {
    const evaluate = (source: string): Json => evaluateExpression(source, known);
    switch (type) {
      case 'trigger':
        return { output: { payload } };
      case 'transform':
        return {
          output: Object.fromEntries(
            Object.entries(data.output as Record<string, string>).map(([name, source]) => [
              name,
              evaluate(source),
            ]),
          ),
        };
      case 'delay':
        return { output: {} };
      case 'join': {
        const sources = [...new Set(taken)].sort();
        return {
          output: {
            taken: sources,
            values: Object.fromEntries(sources.map((source) => [source, evaluate(`nodes["${source}"]`)])),
          },
        };
      }
      case 'switch': {
        const holding = (data.cases as { id: string; when: string }[])
          .filter(({ when }) => evaluate(when) === true)
          .map((each) => each.id);
        const cases = data.mode === 'all' ? holding : holding.slice(0, 1);
        return { output: { cases }, handles: cases.length > 0 ? cases : ['else'] };
      }
      case 'loop':
        return {
          output:
            data.over === undefined ? repeat(id, data, prefix, known) : forEach(id, data, prefix, known),
        };
      default:
        throw new Error(`The reference knows no ${type}`);
    }
  }

  function forEach(id: string, { over, collect }: GraphNode['data'], prefix: string, known: Known): Json {
    const list = evaluateExpression(String(over), known) as Json[];
    const items = list.map(
      (item, index) =>
        iterate(id, index, { item, index }, collect as string | undefined, prefix, known).value,
    );
    return { items, count: items.length, done: true };
  }

  function repeat(
    id: string,
    { until, max, collect }: GraphNode['data'],
    prefix: string,
    known: Known,
  ): Json {
    const items: Json[] = [];
    for (let index = 0; index < Number(max); index += 1) {
      const { value, evaluate } = iterate(
        id,
        index,
        { index, previous: items.at(-1) ?? null },
        collect as string | undefined,
        prefix,
        known,
      );
      items.push(value);
      if (evaluate(String(until)) === true) return { items, count: items.length, done: true };
    }
    return { items, count: items.length, done: false };
  }

  function iterate(
    id: string,
    index: number,
    more: JsonObject,
    collect: string | undefined,
    prefix: string,
    known: Known,
  ): { value: Json; evaluate: (source: string) => Json } {
    const inside = {
      ...known,
      ...Object.fromEntries(Object.entries(more).map(([name, value]) => [name, toCel(value)])),
    };
    const nodes = runScope(id, `${prefix}${id}[${index}]/`, inside, known.nodes as Map<string, CelValue>);
    const evaluate = (source: string): Json => evaluateExpression(source, { ...inside, nodes });
    if (collect !== undefined) return { value: evaluate(collect), evaluate };
    const ends = childrenOf(id).filter((node) => !document.edges.some(({ source }) => source === node.id));
    const outputOf = (end: GraphNode): Json => (nodes.has(end.id) ? evaluate(`nodes["${end.id}"]`) : null);
    return { value: Object.fromEntries(ends.map((end) => [end.id, outputOf(end)])), evaluate };
  }
}
