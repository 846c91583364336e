import { v7 as uuidv7 } from 'uuid';
import { toJsonText } from '../../infra/database/json-text';
import type { StoredEvent } from '../../infra/triggers/record-event';
import { Prisma } from '../../prisma/generated/client';
import type { TriggerEventType } from '../../workflows/contracts/triggers/events';
import type { WebhookEventType } from '../../workflows/contracts/webhooks';
import { longestEventValue } from '../../workflows/contracts/run/events';
import type { RecordEntry } from './run-records';

/** Something in a batch that policies and subscriptions may wait for, should the batch be the one that brings it about. */
export interface RunHappening {
  id: string;
  /** null: the run has ended. */
  approvalId: string | null;
  /** Of an approval: it was asked for, or it was decided. */
  becomes: 'pending' | 'decided' | null;
  /** null: policies do not answer it. */
  event: TriggerEventType | null;
  webhook: WebhookEventType;
  /** What the row of the run does not tell. */
  data: Record<string, unknown>;
}

/** The part of the answer that tells what was stored for policies and subscriptions. */
export interface RunCaptureRow {
  events: (Omit<StoredEvent, 'createdAt'> & { at: string })[] | null;
  /** Ids of subscriptions that have something to be delivered. */
  subscriptions: string[] | null;
}

export function happeningsOf(entries: readonly RecordEntry[]): RunHappening[] {
  const happenings = new Map<string, RunHappening>();
  const add = (name: string, happening: Omit<RunHappening, 'id'>): void => {
    happenings.set(name, { id: uuidv7(), ...happening });
  };
  for (const entry of entries) {
    if (entry.type === 'run') {
      const ended = endOf(entry);
      if (ended) add('ended', { approvalId: null, becomes: null, ...ended });
    } else if (entry.type === 'approval.requested') {
      const { approvalId, nodeKey, request } = entry;
      const { title, description, actions, assignees } = request;
      const data = { approvalId, nodeKey, title, description, actions, assignees };
      add(`${approvalId}/asked`, {
        ...{ approvalId, becomes: 'pending', event: null, webhook: 'approval.requested', data },
      });
    } else if (entry.type === 'approval.decision' && entry.decided) {
      const { approvalId, nodeKey, decision } = entry;
      const { action, userId: id, name } = decision;
      const data = { approvalId, nodeKey, action, by: { id, name } };
      add(`${approvalId}/decided`, {
        ...{ approvalId, becomes: 'decided', event: 'approval_decided', webhook: 'approval.decided', data },
      });
    }
  }
  return [...happenings.values()];
}

function endOf({
  status,
  output = null,
  error,
  by,
}: Extract<RecordEntry, { type: 'run' }>): Pick<RunHappening, 'event' | 'webhook' | 'data'> | null {
  switch (status) {
    case 'completed': {
      const short = JSON.stringify(output).length <= longestEventValue;
      return {
        event: 'run_completed',
        webhook: 'run.completed',
        data: { output: short ? output : null },
      };
    }
    case 'failed': {
      const { code = 'node_failed', detail = '' } = error ?? {};
      return { event: 'run_failed', webhook: 'run.failed', data: { error: { code, detail } } };
    }
    case 'cancelled':
      return { event: null, webhook: 'run.cancelled', data: by === undefined ? {} : { by } };
    case 'queued':
    case 'running':
    case 'waiting':
    case 'paused':
      return null;
  }
}

/**
 * Steps of the statement: what happened with it goes to where policies and subscriptions of the workspace wait for it.
 * `run` is the locked run, `approval` what the statement made of approvals.
 */
export const captureSteps = (happenings: readonly RunHappening[]): Prisma.Sql => Prisma.sql`
  , happened AS (
    SELECT happening.id, ord, event, webhook, jsonb_build_object('runId', run.id, 'workflowId', run.workflow_id) || data ||
      CASE WHEN approval_id IS NULL THEN jsonb_build_object('version', run.version, 'triggerType', run.trigger_type)
        ELSE '{}' END AS data
    FROM jsonb_to_recordset(${toJsonText(happenings.map(happeningRow))}::jsonb) AS happening(
      ord int, id uuid, approval_id uuid, becomes text, event text, webhook text, data jsonb), run
    WHERE CASE WHEN approval_id IS NULL THEN NOT run.had_ended ELSE EXISTS (SELECT FROM approval
      WHERE approval.id = approval_id AND CASE becomes WHEN 'decided' THEN status = 'decided' ELSE fresh END) END
  ), event AS (
    INSERT INTO trigger_events (id, workspace_id, room_id, type, session_id, data, depth)
    SELECT happened.id, run.workspace_id, run.room_id, event, coalesce(run.room_id::text, run.session_id), data,
      run.trigger_depth
    FROM happened, run
    WHERE EXISTS (SELECT FROM trigger_policies policy
      WHERE policy.workspace_id = run.workspace_id AND policy.event_type = event AND policy.enabled)
    RETURNING id, workspace_id, room_id, type, session_id, data, depth, created_at
  ), delivery AS (
    INSERT INTO webhook_deliveries (id, subscription_id, event_id, event_type, payload)
    SELECT gen_random_uuid(), subscription.id, happened.id, webhook,
      data || jsonb_build_object('roomId', run.room_id, 'sessionId', run.session_id)
    FROM run JOIN webhook_subscriptions subscription ON subscription.workspace_id = run.workspace_id
    JOIN happened ON webhook = ANY(subscription.event_types)
    WHERE subscription.enabled AND (subscription.room_id IS NULL OR subscription.room_id = run.room_id)
    ORDER BY ord
    RETURNING subscription_id
  )`;

/** Columns of the statement's answer. */
export const captureColumns = Prisma.sql`
  , (SELECT jsonb_agg(jsonb_build_object('id', id, 'workspaceId', workspace_id, 'roomId', room_id, 'policyId', NULL,
      'type', type, 'sessionId', session_id, 'data', data, 'depth', depth, 'at', created_at) ORDER BY id) FROM event) AS events,
  (SELECT array_agg(DISTINCT subscription_id::text) FROM delivery) AS subscriptions`;

const happeningRow = (
  { id, approvalId, becomes, event, webhook, data }: RunHappening,
  ord: number,
): object => ({
  ...{ ord, id, becomes, event, webhook, data },
  approval_id: approvalId,
});
