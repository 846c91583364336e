import { toJsonText } from '../../infra/database/json-text';
import { Prisma } from '../../prisma/generated/client';
import { captureColumns, captureSteps, type RunCaptureRow, type RunHappening } from './run-capture';
import type { LoggedEvent } from './run-log';
import type { RunChange, RunRecords } from './run-records';

/** The one row that the statement answers with; none when the run is gone. */
export interface RunStatementRow extends Partial<RunCaptureRow> {
  lastEventSeq: number;
  /** The trigger policy whose run it is, when the statement has ended it. */
  endedPolicyId: string | null;
}

/**
 * Stores a batch of what happened in a run in one statement, so in one round trip and all or nothing: locks the run,
 * writes its node runs, approvals and decisions, moves its status, and appends to its log. What has ended keeps its
 * status, whatever is told of it afterwards; events whose key is known are left out. So a repeated attempt changes
 * nothing. Two statements at once that tell of the same event cannot both see it: the second one fails, to be repeated.
 * What policies and subscriptions wait for is stored with it.
 */
export function runStatement(
  { runId, workspaceId }: { runId: string; workspaceId: string },
  records: RunRecords,
  events: readonly LoggedEvent[],
  happenings: readonly RunHappening[],
): Prisma.Sql {
  const { nodes, run } = records;
  const captures = happenings.length > 0;
  const hasApprovals = [records.asked, records.changed, records.decisions].some(({ length }) => length > 0);
  return Prisma.sql`
    WITH run AS (
      SELECT id, workspace_id, room_id, session_id, workflow_id, version, trigger_type, trigger_depth, trigger_policy_id,
        last_event_seq, ended_at IS NOT NULL AS had_ended FROM runs
      WHERE id = ${runId}::uuid AND workspace_id = ${workspaceId}::uuid
      FOR UPDATE
    ), node AS (
      INSERT INTO node_runs AS known (id, run_id, key, kind, node_id, label, parent_key, agent_id, agent_version_id, status,
        attempt, reused, model, input, output, handles, error, prompt_tokens, completion_tokens, cost_micros, started_at,
        ended_at)
      SELECT node.id, run.id, key, kind, node_id, label, parent_key, agent_id, agent_version_id, status::"NodeRunStatus",
        coalesce(attempt, 1), coalesce(reused, false), model, input, output, coalesce(handles, '{}'), error,
        coalesce(prompt_tokens, 0), coalesce(completion_tokens, 0), coalesce(cost_micros, 0), started_at, ended_at
      FROM jsonb_to_recordset(${toJsonText(nodes)}::jsonb) AS node(
        id uuid, key text, kind text, node_id text, label text, parent_key text, agent_id uuid, agent_version_id uuid,
        status text, attempt int, reused boolean, model text, input jsonb, output jsonb, handles text[], error jsonb,
        prompt_tokens int, completion_tokens int, cost_micros bigint, started_at timestamptz, ended_at timestamptz), run
      ON CONFLICT (run_id, key) DO UPDATE SET
        status = EXCLUDED.status,
        label = EXCLUDED.label,
        agent_id = coalesce(EXCLUDED.agent_id, known.agent_id),
        agent_version_id = coalesce(EXCLUDED.agent_version_id, known.agent_version_id),
        attempt = greatest(EXCLUDED.attempt, known.attempt),
        model = coalesce(EXCLUDED.model, known.model),
        input = coalesce(EXCLUDED.input, known.input),
        output = coalesce(EXCLUDED.output, known.output),
        handles = EXCLUDED.handles,
        error = EXCLUDED.error,
        prompt_tokens = known.prompt_tokens + EXCLUDED.prompt_tokens,
        completion_tokens = known.completion_tokens + EXCLUDED.completion_tokens,
        cost_micros = known.cost_micros + EXCLUDED.cost_micros,
        ended_at = EXCLUDED.ended_at
      WHERE known.status IN ('running', 'waiting')
    )
    ${hasApprovals ? approvalSteps(records) : noApprovals}
    , told AS (
      INSERT INTO run_events (run_id, seq, key, type, data, at)
      SELECT run.id, run.last_event_seq + row_number() OVER (ORDER BY ord), key, type, data, at
      FROM jsonb_to_recordset(${toJsonText(events.map(eventRow))}::jsonb) AS event(
        ord int, key text, type text, data jsonb, at timestamptz, node_key text, status text), run
      WHERE NOT EXISTS (SELECT FROM run_events known WHERE known.run_id = run.id AND known.key = event.key)
        AND NOT EXISTS (SELECT FROM node_runs ended WHERE ended.run_id = run.id AND ended.key = event.node_key
          AND ended.status NOT IN ('running', 'waiting') AND ended.status::text <> event.status)
      RETURNING seq
    ), moved AS (
      UPDATE runs SET last_event_seq = runs.last_event_seq + (SELECT count(*) FROM told)
        ${run ? statusChange(run) : Prisma.empty}
      FROM run WHERE runs.id = run.id
    )
    ${captures ? captureSteps(happenings) : Prisma.empty}
    SELECT run.last_event_seq + (SELECT count(*)::int FROM told) AS "lastEventSeq",
      CASE WHEN ${run?.ends ?? false} AND NOT run.had_ended THEN run.trigger_policy_id END AS "endedPolicyId"
      ${captures ? captureColumns : Prisma.empty}
    FROM run`;
}

/** Steps of the statement: approvals as they are now. `approval` is what it made of them. */
const approvalSteps = ({ asked, changed, decisions }: RunRecords): Prisma.Sql => Prisma.sql`
  , asked AS (
    INSERT INTO approvals AS known (id, workspace_id, run_id, room_id, node_key, status, title, description, schema,
      actions, roles, user_ids, quorum, action, reminders, escalated, requested_at, due_at, ended_at)
    SELECT asked.id, run.workspace_id, run.id, run.room_id, node_key, coalesce(status, 'pending')::"ApprovalStatus",
      title, description, schema, actions, roles, user_ids, quorum, action, coalesce(reminders, 0),
      coalesce(escalated, false), requested_at, due_at, ended_at
    FROM jsonb_to_recordset(${toJsonText(asked)}::jsonb) AS asked(
      id uuid, node_key text, status text, title text, description text, schema jsonb, actions jsonb, roles text[],
      user_ids uuid[], quorum int, action text, reminders int, escalated boolean, requested_at timestamptz,
      due_at timestamptz, ended_at timestamptz), run
    ON CONFLICT (id) DO UPDATE SET
      status = EXCLUDED.status,
      action = EXCLUDED.action,
      reminders = greatest(EXCLUDED.reminders, known.reminders),
      ended_at = EXCLUDED.ended_at
    WHERE known.status = 'pending'
    RETURNING id, status::text AS status, known.xmax = 0 AS fresh
  ), changed AS (
    UPDATE approvals SET
      status = coalesce(changed.status::"ApprovalStatus", approvals.status),
      action = coalesce(changed.action, approvals.action),
      reminders = coalesce(changed.reminders, approvals.reminders),
      escalated = coalesce(changed.escalated, approvals.escalated),
      roles = coalesce(changed.roles, approvals.roles),
      user_ids = coalesce(changed.user_ids, approvals.user_ids),
      ended_at = changed.ended_at
    FROM jsonb_to_recordset(${toJsonText(changed)}::jsonb) AS changed(
      id uuid, status text, action text, reminders int, escalated boolean, roles text[], user_ids uuid[],
      ended_at timestamptz), run
    WHERE approvals.id = changed.id AND approvals.run_id = run.id AND approvals.status = 'pending'
    RETURNING approvals.id, approvals.status::text AS status, false AS fresh
  ), approval AS (
    SELECT id, status, fresh FROM asked UNION ALL SELECT id, status, fresh FROM changed
  ), decided AS (
    INSERT INTO approval_decisions (approval_id, user_id, name, action, data, comment, decided_at)
    SELECT approval_id, user_id, name, action, data, comment, decided_at
    FROM jsonb_to_recordset(${toJsonText(decisions)}::jsonb) AS decided(
      approval_id uuid, user_id uuid, name text, action text, data jsonb, comment text, decided_at timestamptz), run
    ON CONFLICT (approval_id, user_id) DO NOTHING
  )`;

/** Most batches tell of none: what is left out need not be planned. */
const noApprovals = Prisma.sql`, approval AS (SELECT NULL::uuid AS id, '' AS status, false AS fresh WHERE false)`;

function statusChange({ status, since, at, output, error, opens, ends }: RunChange): Prisma.Sql {
  const unlessEnded = (column: Prisma.Sql, value: Prisma.Sql): Prisma.Sql =>
    Prisma.sql`, ${column} = CASE WHEN runs.ended_at IS NULL THEN ${value} ELSE runs.${column} END`;
  const json = (value: unknown): string | null => (value === undefined ? null : toJsonText(value));
  const changes = [
    opens
      ? Prisma.sql`, status = CASE WHEN runs.status = 'queued' THEN 'running' ELSE runs.status END`
      : unlessEnded(Prisma.sql`status`, Prisma.sql`${status}::text::"RunStatus"`),
    Prisma.sql`, started_at = CASE WHEN runs.status = 'queued' THEN ${since}::timestamptz ELSE runs.started_at END`,
  ];
  if (ends) {
    changes.push(
      unlessEnded(Prisma.sql`ended_at`, Prisma.sql`${at}::timestamptz`),
      unlessEnded(Prisma.sql`output`, Prisma.sql`${json(output)}::jsonb`),
      unlessEnded(Prisma.sql`error`, Prisma.sql`${json(error)}::jsonb`),
      Prisma.sql`, (prompt_tokens, completion_tokens, cost_micros) = (
        SELECT coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0), coalesce(sum(cost_micros), 0)
        FROM node_runs WHERE run_id = runs.id AND NOT reused)`,
    );
  }
  return Prisma.join(changes, ' ');
}

function eventRow({ key, at, body: { type, ...data } }: LoggedEvent, ord: number): Record<string, unknown> {
  const [about, status] = type.split('.');
  return {
    ord,
    key,
    type,
    data,
    at: new Date(at).toISOString(),
    ...(about === 'node' && 'nodeKey' in data ? { node_key: data.nodeKey, status } : {}),
  };
}
