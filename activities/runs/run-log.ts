import type { OnceEvent } from '../../infra/relay/relay';
import type { Json } from '../../workflows/contracts/json';
import {
  longestEventValue,
  type ApprovalEvent,
  type RunEventBody,
} from '../../workflows/contracts/run/events';
import { deciders, type RecordEntry } from './run-records';

/** An event on its way into the run's log. */
export interface LoggedEvent {
  key: string;
  at: number;
  body: RunEventBody;
}

/** What the log says of a batch, in order, each event once. Calls are not told of by themselves. */
export function eventsOf(runId: string, entries: readonly RecordEntry[]): LoggedEvent[] {
  const events = new Map<string, LoggedEvent>();
  for (const entry of entries) {
    if (entry.type === 'call') continue;
    const { key, at } = entry;
    if (!events.has(key)) events.set(key, { key, at, body: bodyOf(runId, entry) });
  }
  return [...events.values()];
}

/** What a run's approvals tell its room, each once. */
export function roomEventsOf(runId: string, events: readonly LoggedEvent[]): OnceEvent[] {
  return events.flatMap(({ key, body }) =>
    isApprovalEvent(body) ? [{ event: body, once: `${runId}/${key}` }] : [],
  );
}

const isApprovalEvent = (body: RunEventBody): body is ApprovalEvent =>
  body.type === 'approval.requested' || body.type === 'approval.decided';

function bodyOf(runId: string, entry: Exclude<RecordEntry, { type: 'call' }>): RunEventBody {
  switch (entry.type) {
    case 'run':
      return {
        type: `run.${entry.status}`,
        runId,
        ...short('output', entry.output),
        ...(entry.error ? { error: entry.error } : {}),
        ...(entry.by === undefined ? {} : { by: entry.by }),
      };
    case 'node': {
      const { nodeKey, nodeId, kind, label, attempts, handles, error, reused } = entry;
      return {
        type: `node.${entry.status}`,
        ...{ nodeKey, nodeId, kind, label },
        ...(attempts === undefined ? {} : { attempt: attempts }),
        ...short('input', entry.input),
        ...short('output', entry.output),
        ...(handles ? { handles } : {}),
        ...(error ? { error } : {}),
        ...(reused ? { reused } : {}),
      };
    }
    case 'node.retrying': {
      const { type, nodeKey, nodeId, attempt, error } = entry;
      return { type, nodeKey, nodeId, attempt, error };
    }
    case 'approval.requested':
    case 'approval.reminded': {
      const { approvalId, nodeKey, request } = entry;
      const [reminder, escalated] =
        entry.type === 'approval.reminded' ? [entry.count, entry.escalated] : [0, false];
      return {
        type: 'approval.requested',
        ...{ approvalId, runId, nodeKey },
        title: request.title,
        actions: request.actions,
        assignees: deciders(request, escalated),
        ...{ reminder, escalated },
      };
    }
    case 'approval.decision': {
      const { approvalId, nodeKey, decision, decided } = entry;
      const { userId, name, action } = decision;
      const status = decided ? 'decided' : 'voted';
      return { type: 'approval.decided', approvalId, runId, nodeKey, action, status, by: { userId, name } };
    }
    case 'approval.ended': {
      const { approvalId, nodeKey, status } = entry;
      return { type: 'approval.decided', approvalId, runId, nodeKey, action: null, status };
    }
  }
}

function short<Name extends string>(name: Name, value: Json | undefined): Partial<Record<Name, Json>> {
  if (value === undefined || JSON.stringify(value).length > longestEventValue) return {};
  return { [name]: value } as Record<Name, Json>;
}
