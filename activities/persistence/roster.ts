import type { Database } from '../../infra/database/client';
import type { Roster } from '../../workflows/contracts/room';

/** Settings that a turn obeys; they travel with the roster, so that a running turn keeps those it began with. */
export interface TurnLimits {
  turnSeconds: number;
  modelSeconds: number;
}

/** What the room workflow decides with: the room's policies and its active agents at their current versions. */
export async function loadRoster(database: Database, roomId: string, limits: TurnLimits): Promise<Roster> {
  const room = await database.room.findUniqueOrThrow({
    where: { id: roomId },
    select: {
      name: true,
      rosterVersion: true,
      turnPolicy: true,
      agentReplies: true,
      maxRounds: true,
      workflowVersion: true,
      workflow: { select: { id: true, publishedVersion: true, deletedAt: true } },
      members: {
        where: { agent: { status: 'active' } },
        orderBy: [{ joinedAt: 'asc' }, { id: 'asc' }],
        select: {
          id: true,
          agent: {
            select: {
              id: true,
              name: true,
              versions: { orderBy: { version: 'desc' }, take: 1, select: { id: true } },
            },
          },
        },
      },
    },
  });
  const { rosterVersion: version, members, workflow, workflowVersion, ...policies } = room;
  const runs = workflowVersion ?? workflow?.publishedVersion ?? null;
  const agents = members.flatMap(({ id: memberId, agent }) => {
    const agentVersion = agent?.versions[0];
    return agent && agentVersion
      ? [{ memberId, agentId: agent.id, agentVersionId: agentVersion.id, name: agent.name }]
      : [];
  });
  return {
    ...{ version, ...policies, ...limits, agents },
    workflow:
      workflow && !workflow.deletedAt && runs !== null ? { workflowId: workflow.id, version: runs } : null,
  };
}
