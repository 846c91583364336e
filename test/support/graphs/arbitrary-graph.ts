import fc from 'fast-check';
import type {
  GraphDocument,
  GraphEdge,
  GraphNode,
  JsonObject,
  NodeData,
} from '../../../workflows/contracts/graph/document';

export interface GraphCase {
  /** Has no problems of severity `error`. */
  document: GraphDocument;
  /** Satisfies the trigger's input schema. */
  payload: { n: number; l: number[] };
}

interface Options {
  /** Most nodes in a scope, besides those that are added to make the graph valid. Default 12. */
  nodes?: number;
  /** Also joins of which it depends on timing what they take. Default false: every run of a case ends the same. */
  races?: boolean;
}

/**
 * Random graphs without errors, of triggers, transforms (some of which fail, with a default or an error branch), switches,
 * joins, loops and delays of 0 seconds. All numbers are whole. Only the `until` of delays differs from run to run.
 */
export function arbitraryGraph({ nodes = 12, races = false }: Options = {}): fc.Arbitrary<GraphCase> {
  return fc
    .record({
      plan: scopePlan(0, nodes),
      payload: fc.record({ n: small, l: fc.array(small, { maxLength: 4 }) }),
      hasOutput: fc.boolean(),
      concurrency: fc.integer({ min: 1, max: 20 }),
    })
    .map(({ plan, payload, hasOutput, concurrency }) => {
      const builder = new GraphBuilder(races);
      builder.add('start', 'trigger', {
        inputSchema,
        concurrency,
        ...(hasOutput && { output: { doubled: 'input.n * 2', size: 'size(input.l)' } }),
      });
      builder.addScope(plan, { prefix: 'n', seen: ['start'], begin: 'start', numbers: ['input.n'] });
      return { document: builder.document(), payload };
    });
}

const inputSchema: JsonObject = {
  type: 'object',
  properties: { n: { type: 'integer' }, l: { type: 'array', items: { type: 'integer' } } },
  required: ['n', 'l'],
  additionalProperties: false,
};

// ---- Plans: numbers only, of which any make a graph, so that fast-check can shrink them.

interface NodePlan {
  kind: 'transform' | 'failing' | 'switch' | 'join' | 'delay' | 'loop';
  sources: number[];
  handle: number;
  read: number;
  number: number;
  variant: number;
  body: NodePlan[];
}

const small = fc.integer({ min: -9, max: 9 });

function scopePlan(depth: number, maxLength: number): fc.Arbitrary<NodePlan[]> {
  const kinds = ['transform', 'transform', 'failing', 'switch', 'switch', 'join', 'delay'] as const;
  const isInnermost = depth >= 2;
  const node = fc.record({
    kind: fc.constantFrom<NodePlan['kind']>(...kinds, ...(isInnermost ? [] : (['loop'] as const))),
    sources: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
    handle: fc.nat(),
    read: fc.nat(),
    number: small,
    variant: fc.nat({ max: 11 }),
    body: isInnermost ? fc.constant<NodePlan[]>([]) : scopePlan(depth + 1, 4),
  });
  return fc.array(node, { minLength: 1, maxLength });
}

interface ScopeView {
  prefix: string;
  parentId?: string;
  /** Ids of nodes outside that have ended. */
  seen: readonly string[];
  /** The node that the first ones follow; absent: they start by themselves. */
  begin?: string;
  /** Expressions for whole numbers that are known. */
  numbers: readonly string[];
}

class GraphBuilder {
  private readonly nodes = new Map<string, GraphNode>();
  private readonly edges = new Map<string, GraphEdge>();
  /** By node: those that have surely ended, one way or the other, when it fires. */
  private readonly ended = new Map<string, ReadonlySet<string>>();

  constructor(private readonly races: boolean) {}

  document(): GraphDocument {
    return { schemaVersion: 1, nodes: [...this.nodes.values()], edges: [...this.edges.values()] };
  }

  add(id: string, type: string, data: NodeData, parentId?: string): void {
    const at = this.nodes.size;
    const position = { x: (at % 10) * 200, y: Math.floor(at / 10) * 100 };
    this.nodes.set(id, { id, type, position, ...(parentId !== undefined && { parentId }), data });
  }

  addScope(plans: readonly NodePlan[], view: ScopeView): void {
    const members = view.begin === undefined ? [] : [view.begin];
    plans.forEach((plan, at) => {
      const id = `${view.prefix}${at}`;
      const sources = this.pickSources(plan, members, view);
      const edges = sources.map((source) => this.connect(source, this.pickHandle(source, plan), id));
      const isQuorum = this.addNode(id, plan, view, edges.length, this.endedBefore(sources, view));
      if (isQuorum) this.ended.set(id, new Set());
      members.push(id);
      this.closeWays(id, view);
    });
  }

  private pickSources({ sources }: NodePlan, members: readonly string[], { begin }: ScopeView): string[] {
    if (members.length === 0) return [];
    // Inside a loop, some nodes start by themselves.
    if (begin === undefined && (sources[0] ?? 0) % 4 === 0) return [];
    return [...new Set(sources.map((number) => members[number % members.length] ?? ''))];
  }

  private pickHandle(source: string, { handle }: NodePlan): string {
    const ways = this.waysOf(source);
    return ways[handle % ways.length] ?? 'out';
  }

  private waysOf(id: string): string[] {
    const node = this.nodes.get(id);
    if (node?.type === 'switch')
      return [...(node.data.cases as { id: string }[]).map((each) => each.id), 'else'];
    return node?.data.onError === 'branch' ? ['out', 'error'] : ['out'];
  }

  private connect(source: string, handle: string, target: string): string {
    const id = `${source}.${handle}-${target}`;
    this.edges.set(id, { id, source, sourceHandle: handle, target });
    return id;
  }

  private endedBefore(sources: readonly string[], view: ScopeView): Set<string> {
    return new Set([...view.seen, ...sources.flatMap((id) => [id, ...(this.ended.get(id) ?? [])])]);
  }

  /** @returns whether it fires or is skipped before all that leads to it has ended. */
  private addNode(
    id: string,
    plan: NodePlan,
    view: ScopeView,
    incoming: number,
    before: ReadonlySet<string>,
  ): boolean {
    const { parentId } = view;
    const put = (type: string, data: NodeData): void => this.add(id, type, data, parentId);
    const number = this.numberFrom(plan, view, before);
    this.ended.set(id, before);
    switch (plan.kind) {
      case 'transform':
        put('transform', { output: { v: `${number} + ${plan.number}` } });
        return false;
      case 'failing':
        put('transform', {
          output: { v: `${plan.number} / 0` },
          ...(plan.variant % 2 === 0
            ? { onError: 'default', default: { v: plan.number } }
            : { onError: 'branch' }),
        });
        return false;
      case 'switch':
        put('switch', {
          mode: plan.variant % 2 === 0 ? 'first' : 'all',
          cases: [
            { id: 'more', when: `${number} > ${plan.number}` },
            { id: 'odd', when: `${number} % 2 != 0` },
          ],
        });
        return false;
      case 'delay':
        put('delay', { seconds: 0 });
        return false;
      case 'loop':
        this.addLoop(id, plan, view, before, number);
        return false;
      case 'join': {
        const data = this.joinOf(plan, incoming);
        put('join', data);
        return data.mode !== 'all';
      }
    }
  }

  private joinOf({ variant }: NodePlan, incoming: number): NodeData {
    if (incoming === 0 || variant % 3 === 0) return { mode: 'all' };
    const losers = variant % 2 === 0 ? 'cancel' : 'ignore';
    if (this.races && variant % 3 === 1) return { mode: 'any', losers };
    return { mode: 'quorum', quorum: this.races ? 1 + (variant % incoming) : incoming, losers };
  }

  private addLoop(
    id: string,
    plan: NodePlan,
    view: ScopeView,
    before: ReadonlySet<string>,
    number: string,
  ): void {
    const { variant, body } = plan;
    const isOver = variant % 2 === 0;
    const inside: ScopeView = {
      prefix: `${id}_`,
      parentId: id,
      seen: [...before],
      numbers: [...view.numbers, 'index', ...(isOver ? ['item'] : [])],
    };
    const collects = variant % 3 !== 0;
    const data = isOver
      ? {
          over: variant % 4 === 0 ? 'input.l' : `[${number}, 1, 2]`,
          max: 10,
          concurrency: 1 + (variant % 3),
          ...(collects && { collect: 'item * 2 + index' }),
        }
      : {
          until: `index >= ${variant % 4}`,
          max: 1 + (variant % 3),
          ...(collects && { collect: 'previous == null ? index : index + 1' }),
        };
    this.add(id, 'loop', data, view.parentId);
    this.addScope(body.length > 0 ? body : [{ ...plan, kind: 'transform' }], inside);
  }

  /** An expression for a whole number, out of what has ended. */
  private numberFrom({ read }: NodePlan, { numbers }: ScopeView, before: ReadonlySet<string>): string {
    const choices = [...numbers, ...[...before].map((id) => this.readOf(id))];
    return choices[read % choices.length] ?? '0';
  }

  private readOf(id: string): string {
    const node = this.nodes.get(id);
    const output = `nodes["${id}"]`;
    const isCounted = node?.type === 'loop' || node?.type === 'join';
    const value =
      node?.type === 'transform' && node.data.onError !== 'branch'
        ? `${output}.v`
        : node?.type === 'switch'
          ? `size(${output}.cases)`
          : node?.type === 'trigger'
            ? `${output}.payload.n`
            : isCounted
              ? `size(${output}.${node.type === 'loop' ? 'items' : 'taken'})`
              : '1';
    return `("${id}" in nodes ? ${value} : 0)`;
  }

  /** Leads on from the ways out that must lead somewhere. */
  private closeWays(id: string, view: ScopeView): void {
    const required = this.waysOf(id).filter((handle) => handle === 'else' || handle === 'error');
    for (const handle of required) {
      const target = `${id}_${handle}`;
      this.connect(id, handle, target);
      this.add(target, 'transform', { output: { v: '0' } }, view.parentId);
    }
  }
}
