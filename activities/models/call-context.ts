import { Prisma } from '../../prisma/generated/client';
import type { Database } from '../../infra/database/client';
import type { TurnStep } from '../../workflows/contracts/activities';

/** What a prompt is made from: a room as it stood at a message. */
export interface PromptScene {
  room: string;
  members: { name: string; kind: 'person' | 'agent' }[];
  /** Oldest first, within the token budget. */
  history: { authorKind: string; authorId: string | null; authorName: string; text: string }[];
}

/** Everything that a model call needs to know. */
export interface CallContext {
  scene: PromptScene;
  /** Of the agent that answers; null for the router. */
  version: { instructions: string; model: string | null } | null;
  /** The output of this call, when an earlier attempt paid for it. */
  paid: object | null;
}

/** What `sceneColumns` selects. */
export interface SceneRow {
  room: string;
  members: PromptScene['members'] | null;
  history: PromptScene['history'] | null;
}

interface ContextRow extends SceneRow {
  version: CallContext['version'];
  paid: object | null;
}

/** Most messages looked at for a prompt, whatever the budget. */
const longestHistory = 400;
const mostMembers = 200;
/** A token has about four bytes of UTF-8 in English; other scripts take more bytes, which errs on the safe side. */
const bytesPerToken = 4;
/** What a message costs besides its text and its author's name. */
const messageOverhead = 4;

/**
 * Reads all of it in one round trip. The history is the newest messages up to `step.uptoSeq` that fit the budget, at
 * least one.
 * @param agentVersionId the version that answers; null for the router.
 * @param budgetTokens estimated, see `bytesPerToken`.
 */
export async function loadCallContext(
  database: Database,
  step: TurnStep,
  agentVersionId: string | null,
  budgetTokens: number,
): Promise<CallContext> {
  const [row] = await database.$queryRaw<ContextRow[]>`
    SELECT ${sceneColumns(step.uptoSeq, budgetTokens)},
      (SELECT output FROM node_runs WHERE run_id = ${step.turnId}::uuid AND key = ${step.key}) AS paid,
      (SELECT jsonb_build_object('instructions', instructions, 'model', model)
        FROM agent_versions WHERE id = ${agentVersionId}::uuid) AS version
    FROM rooms WHERE rooms.id = ${step.roomId}::uuid AND rooms.workspace_id = ${step.workspaceId}::uuid`;
  if (!row) throw new Error('The room is gone');
  return { scene: sceneOf(row), version: row.version, paid: row.paid };
}

/**
 * Columns of `rooms` that a scene is made from.
 * @param uptoSeq the history's newest message; null: no history.
 */
export function sceneColumns(uptoSeq: number | null, budgetTokens: number): Prisma.Sql {
  return Prisma.sql`rooms.name AS room,
      (SELECT jsonb_agg(jsonb_build_object('name', name, 'kind', kind)) FROM (
        SELECT coalesce(agents.name, users.name) AS name, CASE WHEN agent_id IS NULL THEN 'person' ELSE 'agent' END AS kind
        FROM room_members member
        LEFT JOIN agents ON agents.id = member.agent_id
        LEFT JOIN users ON users.id = member.user_id
        WHERE room_id = rooms.id
        ORDER BY joined_at, member.id LIMIT ${mostMembers}) AS members) AS members,
      (SELECT jsonb_agg(jsonb_build_object('authorKind', author_kind, 'authorId', author_id,
          'authorName', author_name, 'text', text) ORDER BY seq)
        FROM (SELECT *, row_number() OVER newest AS position,
            sum((octet_length(text) + octet_length(author_name)) / ${bytesPerToken} + ${messageOverhead}) OVER newest AS tokens
          FROM (SELECT seq, author_kind, author_id, author_name, text FROM messages
            WHERE room_id = rooms.id AND seq <= ${uptoSeq}::int ORDER BY seq DESC LIMIT ${longestHistory}) AS latest
          WINDOW newest AS (ORDER BY seq DESC)) AS counted
        WHERE tokens <= ${budgetTokens} OR position = 1) AS history`;
}

export const sceneOf = ({ room, members, history }: SceneRow): PromptScene => ({
  room,
  members: members ?? [],
  history: history ?? [],
});
