import { ApplicationFailure, CancelledFailure, type Context } from '@temporalio/activity';
import type { Database } from '../../infra/database/client';
import type { Logger } from '../../infra/logger/logger';
import type { SchemaChecker } from '../../workflows/contracts/graph/catalogue';
import type { Json } from '../../workflows/contracts/json';
import { callKey, type NodeEntry, type NodeStep } from '../../workflows/contracts/run/activities';
import { longestOutputBytes, runFailures } from '../../workflows/contracts/run/status';
import { describeIssues } from './describe-issues';
import type { CallFacts, RecordEntry } from './run-records';
import type { RunRecorder } from './run-recorder';

/** How one call of a node is made. */
export interface NodeCall<Scene> {
  /** Reads what the call needs, while its start is recorded. */
  load(): Promise<Scene>;
  /** Makes the call. What it tells `onPaid` is kept even if it fails afterwards. */
  make(scene: Scene, onPaid: (facts: CallFacts) => void): Promise<Json>;
  /** Types an error that another attempt cannot undo, or that the node's retry policy is about. Others are retried. */
  failureOf(error: unknown): ApplicationFailure | undefined;
}

/** Makes the calls of nodes, each paid once, and records their start and their end. */
export interface NodeCalls {
  /**
   * @returns the call's output: its own, or that of an earlier attempt.
   * @throws ApplicationFailure, also `output_too_large` and `output_invalid`.
   */
  perform<Scene>(node: NodeStep, context: Context, call: NodeCall<Scene>): Promise<Json>;
}

export interface NodeCallDeps {
  database: Database;
  recorder: RunRecorder;
  schemas: SchemaChecker;
  logger: Logger;
}

export function createNodeCalls({ database, recorder, schemas, logger }: NodeCallDeps): NodeCalls {
  return { perform };

  async function perform<Scene>(node: NodeStep, context: Context, call: NodeCall<Scene>): Promise<Json> {
    const { attempt } = context.info;
    const start: RecordEntry[] = [startOf(node, attempt)];
    // Beside the call: what is not recorded now is recorded with the end.
    const unrecorded = recorder.record(node, start).then(
      () => [],
      (error: unknown) => {
        logger.warn({ error, runId: node.runId }, 'The start of a call will be recorded with its end');
        return start;
      },
    );
    let facts: CallFacts | undefined;
    try {
      const [paid, [scene]] = await Promise.all([paidOutput(node), Promise.allSettled([call.load()])]);
      if (paid !== undefined) {
        await unrecorded;
        return paid;
      }
      if (scene.status === 'rejected') throw scene.reason;
      const output = await call.make(scene.value, (known) => (facts = known));
      check(node, output, attempt);
      await recorder.record(node, [...(await unrecorded), endOf(node, output, facts, attempt)]);
      return output;
    } catch (error) {
      if (context.cancellationSignal.aborted) throw new CancelledFailure('CANCELLED');
      const failure = error instanceof ApplicationFailure ? error : call.failureOf(error);
      await unrecorded;
      if (!failure) throw error;
      await recordFailure(node, failure, facts, attempt);
      throw failure;
    }
  }

  /** What an earlier attempt was answered. */
  async function paidOutput({ runId, nodeKey, part }: NodeStep): Promise<Json | undefined> {
    const row = await database.nodeRun.findUnique({
      where: { runId_key: { runId, key: callKey(nodeKey, part) } },
      select: { status: true, output: true },
    });
    if (!row || (row.status !== 'completed' && row.output === null)) return undefined;
    return row.output as Json;
  }

  function check(node: NodeStep, output: Json, attempt: number): void {
    if (Buffer.byteLength(JSON.stringify(output)) > longestOutputBytes)
      throw ApplicationFailure.nonRetryable(runFailures.output_too_large, 'output_too_large');
    const issues = node.final && node.outputSchema ? schemas.check(node.outputSchema, output) : [];
    if (issues.length === 0) return;
    throw ApplicationFailure.create({
      type: 'output_invalid',
      message: `${runFailures.output_invalid} ${describeIssues(issues, 'output')}`,
      nonRetryable: attempt >= (node.maxAttempts ?? 1),
      details: [issues],
    });
  }

  /** What was paid all the same, and that another attempt follows. That the node failed is for the workflow to say. */
  async function recordFailure(
    node: NodeStep,
    failure: ApplicationFailure,
    facts: CallFacts | undefined,
    attempt: number,
  ): Promise<void> {
    const at = Date.now();
    const entries: RecordEntry[] = [];
    if (facts)
      entries.push({ ...rowOf(node, attempt), type: 'call', parentKey: parentOf(node), at, call: facts });
    if (!failure.nonRetryable) {
      const key = `${callKey(node.nodeKey, node.part)}/retrying/${attempt + 1}`;
      const error = { code: failure.type ?? 'node_failed', detail: failure.message, nodeKey: node.nodeKey };
      const { nodeKey, nodeId } = node;
      entries.push({ type: 'node.retrying', key, at, nodeKey, nodeId, attempt: attempt + 1, error });
    }
    if (entries.length === 0) return;
    await recorder.record(node, entries).catch((error: unknown) => {
      logger.warn({ error, runId: node.runId }, 'The failure of a call could not be recorded');
    });
  }
}

const parentOf = ({ nodeKey, part }: NodeStep): string | null => (part === '' ? null : nodeKey);

function rowOf(node: NodeStep, attempt: number): Omit<NodeEntry, 'type' | 'key' | 'at'> {
  const { nodeId, kind, label, nodeKey, part } = node;
  return {
    ...{ nodeId, kind, label },
    nodeKey: callKey(nodeKey, part),
    status: 'running',
    attempts: attempt,
  };
}

function startOf(node: NodeStep, attempt: number): RecordEntry {
  const row = { ...rowOf(node, attempt), at: Date.now(), input: node.input };
  return node.part === ''
    ? { ...row, type: 'node', key: `${node.nodeKey}/running` }
    : { ...row, type: 'call', parentKey: node.nodeKey };
}

/**
 * A final call ends the node. A part ends for itself. A call that is neither leaves the node running, with the output
 * that a repeated attempt finds.
 */
function endOf(node: NodeStep, output: Json, facts: CallFacts | undefined, attempt: number): RecordEntry {
  const row = { ...rowOf(node, attempt), at: Date.now(), output, ...(facts ? { call: facts } : {}) };
  if (node.final)
    return {
      ...row,
      type: 'node',
      key: `${node.nodeKey}/completed`,
      status: 'completed',
      handles: node.final.handles,
    };
  const parentKey = parentOf(node);
  return { ...row, type: 'call', parentKey, status: parentKey === null ? 'running' : 'completed' };
}
