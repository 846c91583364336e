import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  log,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Json } from '../contracts/graph/document';
import type { RunEntry } from '../contracts/run/activities';
import type { CancelRun, CarriedRun, RunProgress, RunWorkflowInput } from '../contracts/run/run';
import { openingEntries } from '../contracts/run/opening';
import type { RunError, RunStatus } from '../contracts/run/status';
import { toCel } from '../graph/expressions';
import { Approvals } from './approvals';
import { Calls } from './calls';
import { Children } from './children';
import type { RunEnvironment } from './environment';
import { describeError, runFailure } from './failures';
import { Gate } from './gate';
import { Records } from './records';
import { NodeFailedError, ScopeRun } from './scope-run';

/** How a run ended. */
export type RunEnd =
  | { status: 'completed'; output: Json }
  | { status: 'failed'; error: RunError }
  | { status: 'cancelled'; by: string };

/** Longest the clean-up branch may take, in milliseconds. */
const cleanupMs = 3_600_000;

/** A run that is open: its nodes, and what people do to it meanwhile. */
export class Run {
  readonly approvals: Approvals;
  private readonly gate = new Gate();
  private readonly records: Records;
  private readonly env: RunEnvironment;
  private readonly graph = new CancellationScope();
  private readonly root: ScopeRun;
  private told: RunStatus;
  private cancelled: CancelRun | null = null;
  private missedDeadline = false;
  /** Deleted meanwhile: nothing is left to do. */
  private gone = false;

  constructor(
    private readonly input: RunWorkflowInput,
    private readonly carried: CarriedRun,
  ) {
    const { runId, workspaceId, roomId } = input;
    const { opened, approvals, paused } = carried;
    this.gate.paused = paused;
    this.told = paused ? 'paused' : 'running';
    const { graph, payload, reused, startedAt } = opened;
    const opening = openingEntries(graph, payload, reused, Date.parse(startedAt));
    this.records = new Records({ runId, workspaceId, roomId }, opening, () => this.abandon());
    this.approvals = new Approvals(runId, this.records, approvals);
    this.env = this.environment(this.gate);
    this.root = new ScopeRun(this.env, opened.graph.root, carried.root, {
      prefix: '',
      variables: {},
      outside: new Map(),
    });
  }

  pause(by: string): void {
    if (this.gate.paused) return;
    this.gate.paused = true;
    this.env.children.tell('pause', by);
    this.tell({ status: 'paused', by });
  }

  resume(by: string): void {
    if (!this.gate.paused) return;
    this.gate.paused = false;
    this.env.children.tell('resume', by);
    this.tell({ status: 'running', by });
  }

  cancel(request: CancelRun): void {
    // Who stops a run gently may still change their mind.
    if (this.cancelled && request.mode === 'stop') return;
    this.cancelled ??= request;
    this.gate.stopping = true;
    if (request.mode === 'cancel') this.graph.cancel();
    else this.env.children.stop(request);
  }

  progress(): RunProgress {
    const waiting = [...this.env.waits];
    const running = [...this.env.atWork].filter((key) => !this.env.waits.has(key));
    return { status: this.status, running, waiting, ended: this.env.ended };
  }

  /**
   * Runs the nodes to their end.
   * @returns how the run ended, or what to hand over when it has to continue as new.
   */
  async conduct(): Promise<RunEnd | { carry: CarriedRun }> {
    const clock = this.startClock();
    const found: { end?: RunEnd } = {};
    const running = this.graph
      .run(() => this.root.run())
      .then(
        () => this.completed(),
        (error: unknown) => this.stopped(error),
      );
    void running.then((end) => {
      found.end = end;
    });
    return CancellationScope.nonCancellable(async () => {
      for (;;) {
        const renewable = await this.nextChange(found);
        if (found.end) break;
        if (renewable) return { carry: this.carry() };
        if (this.mayHold) this.gate.holding = true;
        if (this.status !== this.told) this.tell({ status: this.status });
        this.showDetails();
      }
      clock.cancel();
      return this.finish(found.end);
    });
  }

  /**
   * Waits until there is something to do. A condition is also looked at while it is set up, when nodes may be between two
   * states: whether the run may continue as new is asked later only, when all have come to rest.
   * @returns whether to continue as new.
   */
  private async nextChange(found: { end?: RunEnd }): Promise<boolean> {
    const look = { atRest: false, renewable: false };
    const changed = condition(() => {
      look.renewable = look.atRest && this.renewable;
      return found.end !== undefined || this.status !== this.told || look.renewable || this.mayHold;
    });
    look.atRest = true;
    await changed;
    return look.renewable;
  }

  private get status(): RunStatus {
    if (this.gate.paused) return 'paused';
    return this.env.waits.size > 0 && this.env.calls.count === 0 ? 'waiting' : 'running';
  }

  /** Time to continue as new: nothing more begins until then. A sub-workflow may take days, so it is not waited for. */
  private get mayHold(): boolean {
    const { holding, stopping } = this.gate;
    return workflowInfo().continueAsNewSuggested && !holding && !stopping && this.env.children.idle;
  }

  private get renewable(): boolean {
    return (
      this.gate.holding &&
      !this.gate.stopping &&
      this.env.calls.count === 0 &&
      this.records.idle &&
      this.approvals.settled &&
      allHandlersFinished()
    );
  }

  private carry(): CarriedRun {
    const { opened, root, deadline } = this.carried;
    return { opened, root, deadline, approvals: this.approvals.carry(), paused: this.gate.paused };
  }

  private environment(gate: Gate): RunEnvironment {
    const { input, records, approvals } = this;
    const { opened } = this.carried;
    const { runId } = input;
    const { payload, trigger, startedAt, sessionId } = opened;
    return {
      ...{ input, opened, gate, records, approvals },
      calls: new Calls(gate, opened.graph.concurrency),
      children: new Children(records),
      variables: {
        input: toCel(payload),
        trigger: toCel(trigger),
        run: toCel({ id: runId, startedAt, sessionId }),
      },
      waits: new Set(),
      atWork: new Set(),
      ended: 0,
    };
  }

  private abandon(): void {
    this.gone = true;
    this.graph.cancel();
  }

  private startClock(): CancellationScope {
    const clock = new CancellationScope();
    const ringing = clock.run(async () => {
      await sleep(Math.max(1, this.carried.deadline - Date.now()));
      this.missedDeadline = true;
      this.graph.cancel();
    });
    ringing.catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
    return clock;
  }

  private completed(): RunEnd {
    const { output } = this.carried.opened.graph;
    if (!output) return { status: 'completed', output: this.root.endOutputs() };
    try {
      const named = Object.entries(output).map(
        ([name, source]) => [name, this.root.evaluate(source)] as const,
      );
      return { status: 'completed', output: Object.fromEntries(named) };
    } catch (error) {
      return { status: 'failed', error: describeError(error) };
    }
  }

  private stopped(error: unknown): RunEnd {
    if (this.missedDeadline) return { status: 'failed', error: describeError(runFailure('run_deadline')) };
    if (error instanceof NodeFailedError) return { status: 'failed', error: error.failure };
    if (isCancellation(error)) return { status: 'cancelled', by: this.cancelled?.by ?? 'an operator' };
    log.error('The run failed for an unexpected reason', { error });
    return { status: 'failed', error: describeError(error) };
  }

  /** The clean-up branch if it did not complete, then the last record. */
  private async finish(end: RunEnd): Promise<RunEnd> {
    if (end.status !== 'completed' && !this.gone) await this.cleanUp();
    this.tell(end);
    await this.records.flushed();
    await condition(allHandlersFinished);
    return end;
  }

  private async cleanUp(): Promise<void> {
    const { cleanup } = this.carried.opened.graph;
    if (!cleanup) return;
    const scope = new ScopeRun(
      this.environment(new Gate()),
      cleanup,
      { nodes: {} },
      {
        prefix: '',
        variables: {},
        outside: this.root.known,
      },
    );
    try {
      await CancellationScope.withTimeout(cleanupMs, () => scope.run());
    } catch (error) {
      if (!(error instanceof NodeFailedError) && !(error instanceof CancelledFailure)) throw error;
      log.warn('The clean-up branch failed', { error });
    }
  }

  private tell(change: Omit<Extract<RunEntry, { type: 'run' }>, 'type' | 'key' | 'at'>): void {
    const at = Date.now();
    this.told = change.status;
    const isEnd = ['completed', 'failed', 'cancelled'].includes(change.status);
    const key = isEnd ? 'run/ended' : `run/${change.status}/${at}`;
    this.records.add({ type: 'run', key, at, ...change });
  }

  /** What an operator reads at the top of the run's page in the Temporal UI. */
  private showDetails(): void {
    const { status, running, waiting, ended } = this.progress();
    const list = (title: string, keys: string[]): string =>
      keys.length === 0
        ? ''
        : `${title}: ${keys
            .slice(0, 20)
            .map((key) => `\`${key}\``)
            .join(', ')}`;
    const lines = [`### ${status}, ${ended} nodes ended`, list('At work', running), list('Waiting', waiting)];
    setCurrentDetails(lines.filter((line) => line !== '').join('\n\n'));
  }
}
