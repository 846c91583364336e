import { missingReferences } from '../../../activities/runs/references';
import { builtInToolSpecs } from '../../../activities/tools';
import type { Settings } from '../../../infra/config/settings';
import type { Database } from '../../../infra/database/client';
import type { OpenedRun } from '../../../workflows/contracts/run/activities';
import type { NewRun } from './new-run';

const tools: ReadonlySet<string> = new Set(builtInToolSpecs.map(({ name }) => name));

/**
 * What the workflow of a new run would read first, so that it can begin with its nodes at once: the same as `openRun` makes
 * of the run's row, but for the time of its start.
 * @returns undefined: the workflow has to read it itself, because the run takes over what another one did, or because an
 *   agent, a tool or a sub-workflow is gone, which is then how the run ends.
 */
export async function handOver(
  run: NewRun,
  { database, settings }: { database: Database; settings: Settings },
): Promise<Omit<OpenedRun, 'startedAt'> | undefined> {
  const { runnable, payload, triggerType, roomId, sessionId } = run;
  const { workspaceId, graph } = runnable;
  if (run.more) return undefined;
  const [missing, room] = await Promise.all([
    missingReferences(database, workspaceId, graph.uses, tools),
    roomId === null
      ? null
      : database.room.findUnique({ where: { id: roomId, workspaceId }, select: { id: true, name: true } }),
  ]);
  if (missing.length > 0) return undefined;
  return {
    ...{ graph, workspaceId, roomId, sessionId, payload },
    trigger: { type: triggerType, ...(room && { room }), sessionId, depth: 0 },
    ...{ depth: 0, reused: {}, edited: {} },
    modelSeconds: settings.MODEL_TIMEOUT_SECONDS,
    toolSeconds: settings.TOOL_TIMEOUT_SECONDS,
  };
}
