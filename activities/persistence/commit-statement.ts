import { Prisma } from '../../prisma/generated/client';
import type { NewMessage, RoomCommit, TurnTransition } from '../../workflows/contracts/activities';
import type { RunStatus } from '../../prisma/generated/client';
import { runWorkflowId } from '../../workflows/contracts/run/run';

/** The one row that the commit statement answers with. */
export interface CommitRow {
  lastSeq: number;
  rosterVersion: number;
  triggersVersion: number;
  /** seq of the newest message of a person. */
  lastUserSeq: number;
  /** Ids of webhook subscriptions that are to be told of the messages; null: none. */
  subscriptions: string[] | null;
  /** The messages of the commit that it, or an earlier attempt at it, has stored, in order of seq. */
  messages: StoredMessage[] | null;
}

export interface StoredMessage {
  id: string;
  seq: number;
  text: string;
  createdAt: string;
}

/**
 * Stores everything of a commit in one statement, so in one round trip and all or nothing: locks the room, gives the
 * new messages the next seqs, moves the room's last seq, starts and ends runs, and puts the new messages before those who
 * subscribed to them. Messages whose id is known keep what
 * they have, so a repeated attempt changes nothing and reads the same answer.
 */
export function commitStatement(commit: RoomCommit): Prisma.Sql {
  const messages = JSON.stringify(commit.messages.map(messageInput));
  const started = JSON.stringify(commit.transitions.flatMap(startInput));
  const ended = JSON.stringify(commit.transitions.flatMap(endInput));
  return Prisma.sql`
    WITH room AS (
      SELECT id, last_seq, last_user_seq, roster_version,
        (SELECT triggers_version FROM workspaces WHERE id = ${commit.workspaceId}::uuid) AS triggers_version
      FROM rooms
      WHERE id = ${commit.roomId}::uuid AND workspace_id = ${commit.workspaceId}::uuid AND deleted_at IS NULL
      FOR UPDATE
    ), input AS (
      SELECT * FROM jsonb_to_recordset(${messages}::jsonb) AS input(
        ord int, id uuid, author_kind text, author_id uuid, author_name text, text text, answer_key text,
        mentions uuid[], reply_to_id uuid, turn_id uuid)
    ), inserted AS (
      INSERT INTO messages (id, room_id, seq, author_kind, author_id, author_name, text, mentions, reply_to_id, turn_id,
        stored_by)
      SELECT input.id, room.id, room.last_seq + row_number() OVER (ORDER BY ord), author_kind::"AuthorKind", author_id,
        author_name,
        coalesce(input.text, (SELECT output->>'text' FROM node_runs WHERE run_id = turn_id AND key = answer_key)),
        mentions, reply_to_id, turn_id, ${commit.workflowRunId}::uuid
      FROM input, room
      WHERE NOT EXISTS (SELECT FROM messages known WHERE known.id = input.id)
      RETURNING id, seq, author_kind, author_id, author_name, text, mentions, reply_to_id, turn_id,
        to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created
    ), moved AS (
      UPDATE rooms SET last_seq = last_seq + (SELECT count(*) FROM inserted), last_message_at = now(),
        last_user_seq = coalesce((SELECT max(seq) FROM inserted WHERE author_kind = 'user'), last_user_seq)
      WHERE id = (SELECT id FROM room) AND EXISTS (SELECT FROM inserted)
    ), started AS (
      INSERT INTO runs (id, workspace_id, room_id, trigger_message_id, temporal_id, kind, status, workflow_id, version,
        initiator_id)
      SELECT run.id, ${commit.workspaceId}::uuid, room.id, run.trigger_message_id,
        coalesce(run.temporal_id, ${commit.workflowId}), CASE WHEN run.workflow_id IS NULL THEN 'turn' ELSE 'workflow' END,
        (CASE WHEN run.workflow_id IS NULL THEN 'running' ELSE 'queued' END)::"RunStatus", run.workflow_id, run.version,
        coalesce((SELECT author_id FROM input WHERE id = run.trigger_message_id),
          (SELECT author_id FROM messages WHERE id = run.trigger_message_id))
      FROM jsonb_to_recordset(${started}::jsonb) AS run(
        id uuid, trigger_message_id uuid, temporal_id text, workflow_id uuid, version int), room
      WHERE room.roster_version = ${commit.rosterVersion}
        AND room.triggers_version = coalesce(${commit.triggersVersion ?? null}::int, room.triggers_version)
      ON CONFLICT (id) DO NOTHING
    ), ended AS (
      UPDATE runs SET status = run.status::"RunStatus", error = run.error, ended_at = now(),
        prompt_tokens = (SELECT coalesce(sum(prompt_tokens), 0) FROM node_runs WHERE run_id = runs.id),
        completion_tokens = (SELECT coalesce(sum(completion_tokens), 0) FROM node_runs WHERE run_id = runs.id),
        cost_micros = (SELECT coalesce(sum(cost_micros), 0) FROM node_runs WHERE run_id = runs.id)
      FROM jsonb_to_recordset(${ended}::jsonb) AS run(id uuid, status text, error jsonb), room
      WHERE runs.id = run.id AND runs.room_id = room.id AND runs.ended_at IS NULL
    ), stored AS (
      SELECT id, seq, text, created FROM inserted
      UNION ALL
      SELECT known.id, known.seq, known.text,
        to_char(known.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      FROM messages known JOIN input USING (id)
      WHERE known.room_id = (SELECT id FROM room) AND known.stored_by = ${commit.workflowRunId}::uuid
    ), delivery AS (
      INSERT INTO webhook_deliveries (id, subscription_id, event_id, event_type, payload)
      SELECT gen_random_uuid(), subscription.id, message.id, 'message.created',
        jsonb_build_object('id', message.id, 'seq', seq, 'roomId', ${commit.roomId}::text, 'author', jsonb_build_object(
          'kind', author_kind, 'id', author_id, 'name', author_name), 'text', text, 'mentions', mentions, 'createdAt', created)
        || CASE WHEN reply_to_id IS NULL THEN '{}' ELSE jsonb_build_object('replyTo', reply_to_id) END
        || CASE WHEN turn_id IS NULL THEN '{}' ELSE jsonb_build_object('turnId', turn_id) END
      FROM webhook_subscriptions subscription, inserted message
      WHERE subscription.workspace_id = ${commit.workspaceId}::uuid AND subscription.enabled
        AND 'message.created' = ANY(subscription.event_types)
        AND (subscription.room_id IS NULL OR subscription.room_id = ${commit.roomId}::uuid)
      ORDER BY seq
      RETURNING subscription_id
    )
    SELECT room.last_seq + (SELECT count(*)::int FROM inserted) AS "lastSeq", room.roster_version AS "rosterVersion",
      room.triggers_version AS "triggersVersion",
      coalesce((SELECT max(seq) FROM inserted WHERE author_kind = 'user'), room.last_user_seq) AS "lastUserSeq",
      (SELECT array_agg(DISTINCT subscription_id::text) FROM delivery) AS subscriptions,
      (SELECT jsonb_agg(jsonb_build_object('id', id, 'seq', seq, 'text', text, 'createdAt', created) ORDER BY seq)
       FROM stored) AS messages
    FROM room`;
}

function messageInput(message: NewMessage, ord: number): Record<string, unknown> {
  const { author, content } = message;
  return {
    ord,
    id: message.id,
    author_kind: author.kind,
    author_id: author.id,
    author_name: author.name,
    ...('text' in content ? { text: content.text } : { answer_key: content.answerKey }),
    mentions: message.mentions,
    reply_to_id: message.replyTo,
    turn_id: message.turnId,
  };
}

function startInput(transition: TurnTransition): object[] {
  if (transition.type !== 'started') return [];
  const { turnId: id, messageId, workflow } = transition;
  const run = workflow && {
    temporal_id: runWorkflowId(id),
    workflow_id: workflow.workflowId,
    version: workflow.version,
  };
  return [{ id, trigger_message_id: messageId, ...run }];
}

function endInput(transition: TurnTransition): { id: string; status: RunStatus; error: unknown }[] {
  const { turnId: id } = transition;
  switch (transition.type) {
    case 'started':
      return [];
    case 'finished':
      return [{ id, status: 'completed', error: null }];
    case 'failed':
      return [{ id, status: 'failed', error: transition.error }];
    case 'cancelled':
      return [{ id, status: 'cancelled', error: null }];
  }
}
