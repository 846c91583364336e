import { CancellationScope, CancelledFailure, isCancellation, sleep } from '@temporalio/workflow';
import type { CompiledNode, CompiledScope } from '../contracts/graph/compiled';
import { defaultHandle, errorHandle, type Json, type JsonObject } from '../contracts/graph/document';
import type { NodeEntry } from '../contracts/run/activities';
import type { NodeState, ScopeState } from '../contracts/run/run';
import { longestOutputBytes, type RunError } from '../contracts/run/status';
import { evaluateExpression, ExpressionError, toCel, type CelValue } from '../graph/expressions';
import { nodeKinds } from '../graph/kinds';
import type { NodeOutcome } from '../graph/node-kind';
import { createNodeContext, type NodeAtWork } from './context';
import type { Place, RunEnvironment } from './environment';
import { describeError, runFailure } from './failures';
import { recordActivities } from './records';
import { decide, edgeState, hasEnded } from './settle';

/** A node failed and nothing catches it. */
export class NodeFailedError extends Error {
  constructor(readonly failure: RunError) {
    super(failure.detail);
  }
}

/** Runs the nodes of a scope, the graph or one iteration of a loop, until every one of them has ended. */
export class ScopeRun {
  private readonly nodes: ReadonlyMap<string, CompiledNode>;
  private readonly inside: ReadonlySet<string>;
  private readonly successors = new Map<string, string[]>();
  /** Outputs by node id, as expressions know them. */
  private readonly outputs: Map<string, CelValue>;
  private readonly running = new Map<string, CancellationScope>();
  /** Nodes that may be cancelled alone. */
  private readonly losers: ReadonlySet<string>;
  private left: number;
  private failure: RunError | null = null;
  private finish: () => void = () => undefined;

  constructor(
    private readonly env: RunEnvironment,
    private readonly scope: CompiledScope,
    /** Changed in place: what continue-as-new carries. */
    private readonly state: ScopeState,
    private readonly place: Place,
  ) {
    this.nodes = new Map(scope.nodes.map((node) => [node.id, node]));
    this.inside = new Set(this.nodes.keys());
    this.outputs = new Map(place.outside);
    this.left = scope.nodes.length;
    this.losers = new Set(scope.nodes.flatMap(({ rule }) => (rule.type === 'quorum' ? rule.losers : [])));
    for (const node of scope.nodes)
      for (const { from } of node.in)
        this.successors.set(from, [...(this.successors.get(from) ?? []), node.id]);
  }

  /**
   * @throws NodeFailedError when a node fails and nothing catches it: the others are cancelled first. CancelledFailure
   * when the scope was cancelled, or the run is stopping.
   */
  run(): Promise<void> {
    return new CancellationScope().run(() => this.settle());
  }

  private async settle(): Promise<void> {
    const finished = new Promise<void>((resolve) => {
      this.finish = resolve;
    });
    for (const node of this.scope.nodes) {
      const state = this.state.nodes[node.id];
      if (!hasEnded(state)) continue;
      this.left -= 1;
      this.takeOutput(node, state);
    }
    for (const node of this.scope.nodes) this.consider(node);
    if (this.left > 0) await finished;
    if (this.failure) throw new NodeFailedError(this.failure);
    if (CancellationScope.current().consideredCancelled || this.env.gate.stopping)
      throw new CancelledFailure('The run was cancelled');
  }

  /** An expression over everything that is known at the end. */
  evaluate(expression: string): Json {
    try {
      return evaluateExpression(expression, this.variables());
    } catch (error) {
      if (error instanceof ExpressionError) throw runFailure('expression_failed', error.message);
      throw error;
    }
  }

  /** Outputs of the nodes that nothing follows, by id. */
  endOutputs(): JsonObject {
    const ends = this.scope.nodes.filter(({ id }) => !this.successors.has(id));
    return Object.fromEntries(
      ends.flatMap(({ id }) => {
        const state = this.state.nodes[id];
        return state?.handles ? [[id, state.output ?? null]] : [];
      }),
    );
  }

  get known(): ReadonlyMap<string, CelValue> {
    return this.outputs;
  }

  private variables(): Record<string, CelValue> {
    return { ...this.env.variables, ...this.place.variables, nodes: this.outputs };
  }

  private consider(node: CompiledNode): void {
    const state = this.state.nodes[node.id];
    if (hasEnded(state) || this.running.has(node.id)) return;
    // At work before continue-as-new, so its rule was met.
    if (state) {
      this.begin(node, state);
      return;
    }
    switch (decide(node, this.state.nodes, this.inside)) {
      case 'wait':
        break;
      case 'skip':
        this.end(node, { status: 'skipped' }, this.closing ? null : {});
        break;
      case 'fail':
        this.fail(node, { status: 'failed' }, describeError(runFailure('quorum_unmet')), null);
        break;
      case 'fire':
        this.begin(node, { status: 'running', since: Date.now() });
        break;
    }
  }

  /** Nothing begins any more. */
  private get closing(): boolean {
    return this.failure !== null || this.env.gate.stopping || CancellationScope.current().consideredCancelled;
  }

  private begin(node: CompiledNode, state: NodeState): void {
    if (this.closing) {
      this.end(node, { status: 'cancelled' }, null);
      return;
    }
    const key = this.place.prefix + node.id;
    const reused = this.env.opened.reused[key];
    if (reused) {
      const { status, output, handles } = reused;
      this.end(node, { status, output, ...(handles.length > 0 && { handles }) }, { reused: true });
      if (node.rule.type === 'quorum') this.cancelLosers(node.rule.losers);
      return;
    }
    this.state.nodes[node.id] = state;
    const alone = this.losers.has(node.id) || node.policy.timeoutSeconds !== null;
    const scope = alone ? new CancellationScope() : CancellationScope.current();
    this.running.set(node.id, scope);
    this.env.atWork.add(key);
    // Only now, since their end makes its successors look at their edges: it has begun.
    if (node.rule.type === 'quorum') this.cancelLosers(node.rule.losers);
    void this.work(node, key, state, scope);
  }

  private async work(
    node: CompiledNode,
    key: string,
    state: NodeState,
    scope: CancellationScope,
  ): Promise<void> {
    const work = this.atWork(node, key, state);
    const limit = { exceeded: false };
    const { timeoutSeconds } = node.policy;
    const run = (): Promise<NodeOutcome> =>
      timeoutSeconds === null
        ? this.perform(node, work)
        : this.withinTime(timeoutSeconds, state, limit, () => this.perform(node, work));
    try {
      const outcome = await (scope === CancellationScope.current() ? run() : scope.run(run));
      const { output, handles = [defaultHandle] } = outcome;
      const entry = work.recorded ? null : { input: work.input };
      this.end(node, { status: 'completed', output, handles }, entry);
    } catch (error) {
      if (limit.exceeded) this.fail(node, state, describeError(runFailure('node_timeout')), work.input);
      else if (isCancellation(error)) this.end(node, { status: 'cancelled' }, { input: work.input });
      else if (error instanceof NodeFailedError) this.fail(node, state, error.failure, work.input);
      else this.fail(node, state, describeError(error), work.input);
    }
  }

  private async perform(node: CompiledNode, work: NodeAtWork): Promise<NodeOutcome> {
    const { gate } = this.env;
    if (!gate.open && !(await gate.pass())) throw new CancelledFailure('The run is stopping');
    const kind = nodeKinds.get(node.kind);
    if (!kind) throw runFailure('reference_missing', `There is no kind "${node.kind}" of nodes any more.`);
    const outcome = await kind.execute(node.config, createNodeContext(work, this.env));
    if (!work.recorded) await this.checkOutput(node, outcome.output);
    return outcome;
  }

  private atWork(node: CompiledNode, key: string, state: NodeState): NodeAtWork {
    const taken = node.in
      .filter((edge) => edgeState(edge, this.state.nodes, this.inside) === 'taken')
      .map(({ from }) => from);
    const noted = new Set<string>();
    const work: NodeAtWork = {
      ...{ node, key, state, taken: [...new Set(taken)], variables: this.variables() },
      input: null,
      // The trigger's end is recorded with the opening of the run.
      recorded: node.kind === 'trigger',
      runBody: (index, variables, collect) => this.runBody(work, index, variables, collect),
      note: (status) => {
        if (noted.has(status)) return;
        noted.add(status);
        this.record(node, status, { input: work.input });
      },
    };
    return work;
  }

  private async runBody(work: NodeAtWork, index: number, more: JsonObject, collect: string): Promise<Json> {
    const { node, key, state } = work;
    if (!node.body) throw runFailure('node_failed', `"${node.id}" has no body.`);
    const iterations = (state.iterations ??= {});
    const iteration = iterations[String(index)] ?? { nodes: {} };
    iterations[String(index)] = iteration;
    const body = new ScopeRun(this.env, node.body, iteration, {
      prefix: `${key}[${index}]/`,
      variables: {
        ...this.place.variables,
        ...Object.fromEntries(Object.entries(more).map(([name, value]) => [name, toCel(value)])),
      },
      outside: this.outputs,
    });
    await body.run();
    const result = body.evaluate(collect);
    Reflect.deleteProperty(iterations, String(index));
    return result;
  }

  /** Runs a node within its time limit, which counts from when it first began. */
  private async withinTime<T>(
    seconds: number,
    { since = Date.now() }: NodeState,
    limit: { exceeded: boolean },
    work: () => Promise<T>,
  ): Promise<T> {
    const scope = CancellationScope.current();
    const clock = new CancellationScope();
    const left = since + seconds * 1000 - Date.now();
    const ringing = clock.run(async () => {
      if (left > 0) await sleep(left);
      limit.exceeded = true;
      scope.cancel();
    });
    ringing.catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
    try {
      return await work();
    } finally {
      if (!limit.exceeded) clock.cancel();
    }
  }

  /** What activities do for the outputs that they record. */
  private async checkOutput({ policy: { outputSchema } }: CompiledNode, output: Json): Promise<void> {
    if (JSON.stringify(output).length > longestOutputBytes) throw runFailure('output_too_large');
    if (!outputSchema) return;
    const claim = this.env.input.runId;
    const issues = await this.env.calls.complete(() =>
      this.env.records.alone(() =>
        recordActivities.checkJson({ claim, value: { schema: outputSchema, value: output } }),
      ),
    );
    if (issues.length === 0) return;
    const said = issues.map(({ path, message }) => `${path} ${message}`.trim()).join('; ');
    throw runFailure('output_invalid', `The output does not satisfy the output schema: ${said}`);
  }

  private fail(node: CompiledNode, { since }: NodeState, failure: RunError, input: Json): void {
    const { onError, default: standIn } = node.policy;
    const error: RunError = { ...failure, nodeKey: failure.nodeKey ?? this.place.prefix + node.id };
    const failed = { status: 'failed' as const, ...(since !== undefined && { since }) };
    if (onError === 'default') {
      this.end(node, { ...failed, output: standIn, handles: [defaultHandle] }, { input, error });
      return;
    }
    if (onError === 'branch') {
      const output = { error: { code: error.code, detail: error.detail } };
      this.end(node, { ...failed, output, handles: [errorHandle] }, { input, error });
      return;
    }
    // Joins that can do without this branch catch the failure; otherwise it is the whole scope's.
    const next = (this.successors.get(node.id) ?? []).map((id) => this.nodes.get(id));
    const caught = next.length > 0 && next.every((successor) => successor?.rule.type === 'quorum');
    if (!caught) this.failure ??= error;
    this.end(node, failed, { input, error });
    if (!caught) this.abort();
  }

  private abort(): void {
    for (const scope of this.running.values()) scope.cancel();
    for (const node of this.scope.nodes)
      if (!this.running.has(node.id) && !hasEnded(this.state.nodes[node.id]))
        this.end(node, { status: 'cancelled' }, null);
  }

  private cancelLosers(losers: readonly string[]): void {
    for (const id of losers) {
      const node = this.nodes.get(id);
      if (!node || hasEnded(this.state.nodes[id])) continue;
      const scope = this.running.get(id);
      if (scope) scope.cancel();
      else this.end(node, { status: 'cancelled' }, {});
    }
  }

  /** @param entry what the record of the node run holds besides; null: nothing is recorded, or it is already. */
  private end(node: CompiledNode, state: NodeState, entry: Partial<NodeEntry> | null): void {
    if (hasEnded(this.state.nodes[node.id])) return;
    this.running.delete(node.id);
    this.env.atWork.delete(this.place.prefix + node.id);
    this.state.nodes[node.id] = state;
    this.takeOutput(node, state);
    this.left -= 1;
    this.env.ended += 1;
    const { status, output, handles } = state;
    if (entry && status !== 'running')
      this.record(node, status, {
        ...entry,
        ...(output !== undefined && { output }),
        ...(handles && { handles }),
      });
    for (const id of this.successors.get(node.id) ?? []) {
      const successor = this.nodes.get(id);
      if (successor) this.consider(successor);
    }
    if (this.left === 0) this.finish();
  }

  private takeOutput({ id }: CompiledNode, { output, handles }: NodeState): void {
    if (handles && output !== undefined) this.outputs.set(id, toCel(output));
  }

  private record(node: CompiledNode, status: NodeEntry['status'], more: Partial<NodeEntry>): void {
    const nodeKey = this.place.prefix + node.id;
    this.env.records.add({
      type: 'node',
      key: `${nodeKey}/${status}`,
      at: Date.now(),
      ...{ nodeKey, nodeId: node.id, kind: node.kind, label: node.label, status },
      ...more,
    });
  }
}
