import { ApplicationFailure } from '@temporalio/activity';
import { validate as isUuid } from 'uuid';
import type { Database } from '../../infra/database/client';
import type { NodeStep } from '../../workflows/contracts/run/activities';
import { runFailures } from '../../workflows/contracts/run/status';
import { sceneColumns, sceneOf, type PromptScene, type SceneRow } from './call-context';

/** The version of an agent that is in use. */
export interface ActiveAgent {
  agentId: string;
  agentVersionId: string;
  name: string;
  instructions: string;
  /** null: the default one. */
  model: string | null;
}

/** @throws ApplicationFailure `agent_missing`, naming those that the workspace does not have or that are not active. */
export async function loadAgents(
  database: Database,
  workspaceId: string,
  agentIds: readonly string[],
): Promise<ActiveAgent[]> {
  const ids = agentIds.filter((id) => isUuid(id));
  const rows = await database.$queryRaw<ActiveAgent[]>`
    SELECT agents.id AS "agentId", version.id AS "agentVersionId", agents.name, version.instructions, version.model
    FROM agents JOIN agent_versions version ON version.agent_id = agents.id AND version.version = agents.version
    WHERE agents.id = ANY(${ids}::uuid[]) AND agents.workspace_id = ${workspaceId}::uuid AND agents.status = 'active'`;
  const byId = new Map(rows.map((row) => [row.agentId, row]));
  const missing = agentIds.filter((id) => !byId.has(id));
  if (missing.length > 0)
    throw ApplicationFailure.nonRetryable(
      `${runFailures.agent_missing} Agent: ${missing.join(', ')}.`,
      'agent_missing',
      missing,
    );
  return agentIds.flatMap((id) => byId.get(id) ?? []);
}

const newestSeq = 2_147_483_647;

/** The run's room as it is now; null: it has none. Without history, its newest messages are left out. */
export async function loadScene(
  database: Database,
  { roomId, workspaceId }: Pick<NodeStep, 'roomId' | 'workspaceId'>,
  withHistory: boolean,
  budgetTokens: number,
): Promise<PromptScene | null> {
  if (roomId === null) return null;
  const [row] = await database.$queryRaw<SceneRow[]>`
    SELECT ${sceneColumns(withHistory ? newestSeq : null, budgetTokens)}
    FROM rooms WHERE rooms.id = ${roomId}::uuid AND rooms.workspace_id = ${workspaceId}::uuid`;
  return row ? sceneOf(row) : null;
}
