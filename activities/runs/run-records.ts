import { v7 as uuid } from 'uuid';
import type { NodeEntry, RunEntry } from '../../workflows/contracts/run/activities';
import { openingKey } from '../../workflows/contracts/run/opening';
import type { Assignees, ApprovalRequest } from '../../workflows/contracts/run/approvals';
import type { NodeRunStatus, RunError, RunStatus } from '../../workflows/contracts/run/status';

/** What a model call adds to the record of its node run. */
export interface CallFacts {
  model: string;
  agentId: string | null;
  agentVersionId: string | null;
  promptTokens: number;
  completionTokens: number;
  /** Millionths of a US dollar. */
  costMicros: number;
}

/** Everything that is recorded of a run: what its workflow says, and what the activities say of their calls. */
export type RecordEntry =
  | Exclude<RunEntry, NodeEntry>
  | (NodeEntry & { call?: CallFacts })
  /** Changes the record of a call without an event. Tokens and costs are added to those of earlier attempts. */
  | (Omit<NodeEntry, 'type' | 'key'> & { type: 'call'; parentKey: string | null; call?: CallFacts })
  /** `attempt` is the one that comes next. */
  | {
      type: 'node.retrying';
      key: string;
      at: number;
      nodeKey: string;
      nodeId: string;
      attempt: number;
      error: RunError;
    };

type Row = Record<string, unknown>;

/** The rows of a batch, one for each thing however often the batch names it: what comes later wins. */
export interface RunRecords {
  nodes: Row[];
  asked: Row[];
  changed: Row[];
  decisions: Row[];
  run: RunChange | null;
}

/** The last of the batch. */
export interface RunChange {
  status: RunStatus;
  /** When the first one of the batch was. */
  since: string;
  at: string;
  output: unknown;
  error: unknown;
  /** It is the opening alone, which may come late. */
  opens: boolean;
  ends: boolean;
}

export function recordsOf(entries: readonly RecordEntry[]): RunRecords {
  const nodes = new Map<string, Row>();
  const asked = new Map<string, Row>();
  const changed = new Map<string, Row>();
  const decisions: Row[] = [];
  const changes: RunChange[] = [];

  const change = (approvalId: string, more: Row): void => {
    const rows = asked.has(approvalId) ? asked : changed;
    rows.set(approvalId, { ...(rows.get(approvalId) ?? { id: approvalId }), ...more });
  };

  for (const entry of entries) {
    const at = isoTime(entry.at);
    switch (entry.type) {
      case 'node':
      case 'call':
        nodes.set(entry.nodeKey, {
          ...nodes.get(entry.nodeKey),
          ...nodeRow(entry, at, nodes.has(entry.nodeKey)),
        });
        break;
      case 'node.retrying':
        break;
      case 'run':
        changes.push({
          status: entry.status,
          since: changes[0]?.since ?? at,
          at,
          output: entry.output,
          error: entry.error,
          opens: entry.key === openingKey,
          ends: isEndedRun(entry.status),
        });
        break;
      case 'approval.requested':
        asked.set(entry.approvalId, {
          id: entry.approvalId,
          node_key: entry.nodeKey,
          ...requestRow(entry.request, entry.at),
        });
        break;
      case 'approval.reminded': {
        const { roles, users } = deciders(entry.request, entry.escalated);
        change(entry.approvalId, {
          reminders: entry.count,
          escalated: entry.escalated,
          roles,
          user_ids: users,
        });
        break;
      }
      case 'approval.decision': {
        const { userId, name, action, data, comment, decidedAt } = entry.decision;
        decisions.push({
          approval_id: entry.approvalId,
          user_id: userId,
          name,
          action,
          data,
          comment,
          decided_at: decidedAt,
        });
        if (entry.decided) change(entry.approvalId, { status: 'decided', action, ended_at: at });
        break;
      }
      case 'approval.ended':
        change(entry.approvalId, { status: entry.status, ended_at: at });
        break;
    }
  }
  return {
    nodes: [...nodes.values()],
    asked: [...asked.values()],
    changed: [...changed.values()],
    decisions,
    run: changes.at(-1) ?? null,
  };
}

function nodeRow(entry: Extract<RecordEntry, { type: 'node' | 'call' }>, at: string, begun: boolean): Row {
  const { call } = entry;
  return {
    ...(begun ? {} : { id: uuid(), started_at: at }),
    key: entry.nodeKey,
    kind: entry.kind,
    node_id: entry.nodeId,
    label: entry.label,
    status: entry.status,
    ...('parentKey' in entry ? { parent_key: entry.parentKey } : {}),
    ...present({
      attempt: entry.attempts,
      reused: entry.reused,
      input: entry.input,
      output: entry.output,
      handles: entry.handles,
      error: entry.error,
    }),
    ...(call
      ? {
          model: call.model,
          agent_id: call.agentId,
          agent_version_id: call.agentVersionId,
          prompt_tokens: call.promptTokens,
          completion_tokens: call.completionTokens,
          cost_micros: call.costMicros,
        }
      : {}),
    ...(isEndedNode(entry.status) ? { ended_at: at } : {}),
  };
}

function requestRow(request: ApprovalRequest, at: number): Row {
  const { title, description, schema, actions, assignees, quorum, timeoutSeconds } = request;
  return {
    title,
    description,
    schema,
    actions,
    quorum,
    roles: assignees.roles,
    user_ids: assignees.users,
    requested_at: isoTime(at),
    due_at: timeoutSeconds === null ? null : isoTime(at + timeoutSeconds * 1000),
  };
}

/** Who may decide; an escalation adds people. */
export function deciders(request: ApprovalRequest, escalated: boolean): Assignees {
  const more = escalated ? request.escalation?.assignees : undefined;
  if (!more) return request.assignees;
  return {
    roles: [...new Set([...request.assignees.roles, ...more.roles])],
    users: [...new Set([...request.assignees.users, ...more.users])],
  };
}

const present = (fields: Row): Row =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const isoTime = (ms: number): string => new Date(ms).toISOString();

const isEndedNode = (status: NodeRunStatus): boolean => status !== 'running' && status !== 'waiting';

const isEndedRun = (status: RunStatus): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled';
