import { ApplicationFailure } from '@temporalio/activity';
import { Prisma } from '../../prisma/generated/client';
import type { Database } from '../../infra/database/client';
import type { Logger } from '../../infra/logger/logger';
import type { SchemaChecker } from '../../workflows/contracts/graph/catalogue';
import type { CompiledGraph } from '../../workflows/contracts/graph/compiled';
import type { Json, JsonObject } from '../../workflows/contracts/json';
import type { OpenedRun, ReusedOutcome } from '../../workflows/contracts/run/activities';
import { runFailures, type RunStatus } from '../../workflows/contracts/run/status';
import { describeIssues } from './describe-issues';
import { recordOpening } from './record-opening';
import { missingReferences } from './references';
import type { RunRecorder } from './run-recorder';

export interface OpenRunDeps {
  database: Database;
  recorder: RunRecorder;
  logger: Logger;
  schemas: SchemaChecker;
  /** Names of the tools there are. */
  tools: ReadonlySet<string>;
  limits: { modelSeconds: number; toolSeconds: number };
}

interface OpenRow {
  graph: CompiledGraph | null;
  workspaceId: string;
  roomId: string | null;
  sessionId: string | null;
  input: Json;
  status: RunStatus;
  startedAt: Date;
  depth: number;
  edited: Record<string, Json>;
  trigger: JsonObject;
  reused: Record<string, ReusedOutcome> | null;
}

/** Reads a run in one round trip, checks that it can go, and has it marked as running. */
export async function openRun(runId: string, deps: OpenRunDeps): Promise<OpenedRun> {
  const { database, schemas, tools, limits } = deps;
  const [row] = await database.$queryRaw<OpenRow[]>(openQuery(runId));
  if (!row) throw ApplicationFailure.nonRetryable(runFailures.run_gone, 'run_gone');
  const { graph, workspaceId, roomId, sessionId, input: payload, depth, edited, trigger } = row;
  if (isEnded(row.status)) throw ApplicationFailure.nonRetryable('The run has ended.', 'run_gone');
  const missing = graph
    ? await missingReferences(database, workspaceId, graph.uses, tools)
    : ['the version of the workflow'];
  if (!graph || missing.length > 0) {
    const message = `${runFailures.reference_missing} Missing: ${missing.join(', ')}.`;
    throw ApplicationFailure.nonRetryable(message, 'reference_missing', missing);
  }
  const issues = graph.inputSchema ? schemas.check(graph.inputSchema, payload) : [];
  if (issues.length > 0) {
    throw ApplicationFailure.nonRetryable(
      `${runFailures.payload_invalid} ${describeIssues(issues, 'payload')}`,
      'payload_invalid',
      issues,
    );
  }
  const startedAt = row.status === 'queued' ? new Date() : row.startedAt;
  const opened = {
    ...{ graph, workspaceId, roomId, sessionId, payload, trigger, depth, edited, ...limits },
    reused: row.reused ?? {},
    startedAt: startedAt.toISOString(),
  };
  if (row.status === 'queued') recordOpening(deps, runId, opened);
  return opened;
}

const isEnded = (status: RunStatus): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled';

const openQuery = (runId: string): Prisma.Sql => Prisma.sql`
  SELECT version.compiled AS graph, run.workspace_id AS "workspaceId", run.room_id AS "roomId",
    run.session_id AS "sessionId", coalesce(run.input, CASE WHEN message.id IS NOT NULL THEN jsonb_build_object(
      'text', message.text, 'messageId', message.id, 'author', jsonb_build_object('kind', message.author_kind,
        'id', message.author_id, 'name', message.author_name)) END) AS input, run.status::text AS status, run.started_at AS "startedAt", run.depth,
    run.edited,
    jsonb_strip_nulls(jsonb_build_object(
      'type', run.trigger_type,
      'message', CASE WHEN message.id IS NOT NULL THEN jsonb_build_object('id', message.id, 'text', message.text,
        'seq', message.seq, 'author', jsonb_build_object('kind', message.author_kind, 'id', message.author_id,
        'name', message.author_name)) END,
      'room', CASE WHEN room.id IS NOT NULL THEN jsonb_build_object('id', room.id, 'name', room.name) END))
      || jsonb_build_object('sessionId', run.session_id, 'depth', run.trigger_depth)
      || coalesce(run.trigger_data, '{}') AS trigger,
    (SELECT jsonb_object_agg(key, jsonb_build_object('status', status, 'output', output, 'handles', handles))
      FROM node_runs WHERE run_id = run.id AND reused AND parent_key IS NULL) AS reused
  FROM runs run
  LEFT JOIN workflow_versions version ON version.workflow_id = run.workflow_id AND version.version = run.version
  LEFT JOIN messages message ON message.id = run.trigger_message_id AND message.room_id = run.room_id
  LEFT JOIN rooms room ON room.id = run.room_id
  WHERE run.id = ${runId}::uuid AND run.kind = 'workflow'`;
