import { validate as isUuid } from 'uuid';
import type { Database } from '../../infra/database/client';
import type { CompiledUses } from '../../workflows/contracts/graph/compiled';

/** What a graph needs and its workspace has no more, in words; empty: all is there. At most two queries, at once. */
export async function missingReferences(
  database: Database,
  workspaceId: string,
  uses: CompiledUses,
  tools: ReadonlySet<string>,
): Promise<string[]> {
  const agentIds = uses.agents.filter((id) => isUuid(id));
  const pairs = uses.workflows.filter(({ workflowId }) => isUuid(workflowId));
  const [agents, versions] = await Promise.all([
    agentIds.length === 0
      ? []
      : database.agent.findMany({
          where: { id: { in: agentIds }, workspaceId, status: 'active' },
          select: { id: true },
        }),
    pairs.length === 0
      ? []
      : database.workflowVersion.findMany({
          where: { OR: pairs, workflow: { workspaceId, deletedAt: null } },
          select: { workflowId: true, version: true },
        }),
  ]);
  const active = new Set(agents.map(({ id }) => id));
  const published = new Set(versions.map(({ workflowId, version }) => `${workflowId}/${version}`));
  return [
    ...uses.agents.filter((id) => !active.has(id)).map((id) => `agent ${id}`),
    ...uses.tools.filter((name) => !tools.has(name)).map((name) => `tool ${name}`),
    ...uses.workflows
      .filter(({ workflowId, version }) => !published.has(`${workflowId}/${version}`))
      .map(({ workflowId, version }) => `version ${version} of workflow ${workflowId}`),
  ];
}
