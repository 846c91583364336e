import { CancelledFailure, condition, proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import type { CompiledNode } from '../contracts/graph/compiled';
import { defaultHandle, type Json } from '../contracts/graph/document';
import { isJsonObject } from '../contracts/json';
import {
  callKey,
  type Claimed,
  type NodeModelActivities,
  type NodeStep,
  type NodeToolActivities,
} from '../contracts/run/activities';
import type { NodeState } from '../contracts/run/run';
import { evaluateExpression, ExpressionError, renderTemplate, type CelValue } from '../graph/expressions';
import type { NodeContext } from '../graph/node-context';
import { derivedId } from './derived-id';
import type { RunEnvironment } from './environment';
import { runFailure } from './failures';
import { recordActivities } from './records';

/** One node on its way, as the context and the scope share it. */
export interface NodeAtWork {
  readonly node: CompiledNode;
  readonly key: string;
  readonly state: NodeState;
  /** Ids of the nodes whose edges to it were taken. */
  readonly taken: readonly string[];
  readonly variables: Record<string, CelValue>;
  /** What it said it works on. */
  input: Json;
  /** An activity has recorded its end. */
  recorded: boolean;
  runBody: NodeContext['runBody'];
  /** Records that it has begun, or that it waits; once each. */
  note(status: 'running' | 'waiting'): void;
}

/** How soon a worker that died is noticed; calls send a heartbeat about once a second. */
const heartbeatTimeout = '3s';

export function createNodeContext(work: NodeAtWork, env: RunEnvironment): NodeContext {
  const { node, key, state, variables } = work;
  const { opened, input } = env;
  const { runId, workspaceId, roomId } = input;

  const claimed = <T>(value: T): Claimed<T> => ({ claim: runId, value });

  function step(part: string): Claimed<NodeStep> {
    const final = part === '';
    return claimed({
      ...{ runId, workspaceId, roomId, nodeKey: key, nodeId: node.id, kind: node.kind, label: node.label },
      part,
      input: final ? work.input : null,
      final: final ? { handles: [defaultHandle] } : null,
      outputSchema: final ? node.policy.outputSchema : null,
      maxAttempts: node.policy.retry?.maxAttempts ?? null,
    });
  }

  /** A single call is recorded, from its start to its end, by its own activity. */
  function call<T, R>(part: string, make: () => Promise<T>, read: (result: T) => R): Promise<R> {
    if (part !== '') work.note('running');
    return env.calls.make(make).then((result) => {
      if (part === '') work.recorded = true;
      return read(result);
    });
  }

  function options(taskQueue: 'models' | 'tools', seconds: number): ActivityOptions {
    const { retry } = node.policy;
    return {
      taskQueue,
      startToCloseTimeout: seconds * 1000,
      heartbeatTimeout,
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
      // The activity itself gives up after as many attempts as allowed; servers of ours that are away are waited for.
      retry: retry
        ? {
            initialInterval: retry.initialSeconds * 1000,
            backoffCoefficient: retry.backoff,
            maximumInterval: Math.max(retry.maxSeconds, retry.initialSeconds) * 1000,
          }
        : { initialInterval: '200ms', backoffCoefficient: 2.5, maximumInterval: '5s' },
    };
  }

  const models = (): ReturnType<typeof proxyActivities<NodeModelActivities>> =>
    proxyActivities<NodeModelActivities>(options('models', opened.modelSeconds));
  const tools = (): ReturnType<typeof proxyActivities<NodeToolActivities>> =>
    proxyActivities<NodeToolActivities>(options('tools', opened.toolSeconds));

  function expressed<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof ExpressionError) throw runFailure('expression_failed', error.message);
      throw error;
    }
  }

  /** Waits, unless the run stops meanwhile. */
  async function waiting<T>(wait: () => Promise<T>): Promise<T> {
    if (!(await env.gate.pass())) throw new CancelledFailure('The run is stopping');
    work.note('waiting');
    env.waits.add(key);
    try {
      return await wait();
    } finally {
      env.waits.delete(key);
    }
  }

  const evaluate = (expression: string): Json => expressed(() => evaluateExpression(expression, variables));

  return {
    key,
    label: node.label,
    run: { runId, workspaceId, roomId, sessionId: opened.sessionId },
    taken: work.taken,
    memory: {
      get: () => state.memory,
      set: (value) => {
        state.memory = value;
      },
    },
    evaluate,
    render: (template) => expressed(() => renderTemplate(template, variables)),
    map: (mapping) =>
      Object.fromEntries(Object.entries(mapping).map(([name, source]) => [name, evaluate(source)])),
    describe(value) {
      const edited = opened.edited[key];
      work.input = edited === undefined ? value : merge(value, edited);
      return work.input as typeof value;
    },
    answer: (part, request) => {
      const summary = part === '' ? node.label : `${node.label}: answer ${part}`;
      const args: Parameters<NodeModelActivities['answerNode']> = [step(part), claimed(request)];
      return call(part, () => models().answerNode.executeWithOptions({ summary }, args), unclaimed);
    },
    route: (part, request) => {
      const summary = `${node.label}: who speaks next?`;
      const args: Parameters<NodeModelActivities['routeNode']> = [step(part), claimed(request)];
      return call(
        part,
        () => models().routeNode.executeWithOptions({ summary }, args),
        (next) => next,
      );
    },
    callTool: (tool, toolInput) => {
      const summary = `${node.label}: ${tool}`;
      const args: Parameters<NodeToolActivities['callTool']> = [step(''), tool, claimed(toolInput)];
      return call('', () => tools().callTool.executeWithOptions({ summary }, args), unclaimed);
    },
    messageId: (part) => (roomId === null ? null : derivedId(runId, `message/${callKey(key, part)}`)),
    async post(part, { author, content, mentions = [] }) {
      const id = this.messageId(part);
      if (roomId === null || id === null) return false;
      const firings = typeof opened.trigger.depth === 'number' ? opened.trigger.depth : 0;
      const text = 'text' in content ? content : { answerKey: callKey(key, content.answerPart) };
      await env.calls.make(() =>
        env.records.alone(() =>
          recordActivities.postToRoom({
            runId,
            workspaceId,
            roomId,
            messageId: id,
            author,
            content: text,
            mentions,
            depth: firings,
          }),
        ),
      );
      return true;
    },
    runWorkflow(workflowId, version, payload) {
      work.note('running');
      const { sessionId, depth } = opened;
      return env.calls.makeFreely(() =>
        env.children.run({
          ...{ parentRunId: runId, parentKey: key, workspaceId, roomId, sessionId, depth: depth + 1 },
          ...{ workflowId, version, payload },
        }),
      );
    },
    requestApproval: (request) => waiting(() => env.approvals.request(key, request, env.gate)),
    sleepUntil: (time) =>
      waiting(async () => {
        const left = time - Date.now();
        if (left > 0 && (await condition(() => env.gate.stopping, left)))
          throw new CancelledFailure('The run is stopping');
      }),
    now: () => Date.now(),
    runBody: (index, more, collect) => {
      work.note('running');
      return work.runBody(index, more, collect);
    },
  };
}

const unclaimed = <T>({ value }: Claimed<T>): T => value;

/** An edited object keeps the fields that were not edited. */
const merge = (value: Json, edited: Json): Json =>
  isJsonObject(value) && isJsonObject(edited) ? { ...value, ...edited } : edited;
