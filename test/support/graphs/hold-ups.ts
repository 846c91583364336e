import type { WorkflowHandle } from '@temporalio/client';
import type { GraphDocument } from '../../../workflows/contracts/graph/document';
import { roomMessages, roomWorkflowId, type RoomState } from '../../../workflows/contracts/room';
import { eventually } from '../eventually';
import type { RoomSocket } from '../room-socket';
import { graph, node } from './catalogue';
import type { RunFixture } from './run-fixture';

/** For how long Postgres is kept from going on, at most. */
const timeout = 60_000;

/** Acts on a run while its sub-workflow's run is being stored, so that nobody can tell that one anything yet. */
export async function whileChildBegins(
  runs: RunFixture,
  child: GraphDocument,
  act: (runId: string) => Promise<unknown>,
): Promise<{ runId: string; childId: string }> {
  const runId = await runs.run(
    graph(
      [
        node('start', 'trigger'),
        node('ask', 'human_input', { title: 'Begin?', assignees: { roles: ['admin'] } }),
        node('sub', 'subworkflow', { workflowId: await runs.publish(child) }),
      ],
      'start -> ask',
      'ask.approve -> sub',
      'ask.reject -> sub',
    ),
  );
  const approvalId = await runs.asked(runId);
  await runs.database.$transaction(
    async (locking) => {
      await locking.$executeRaw`SELECT FROM workspaces WHERE id = ${runs.workspaceId}::uuid FOR UPDATE`;
      await runs.decide(runId, approvalId);
      const isStarting = async () => (await runs.gateway.progress(runId))?.running.includes('sub');
      await eventually('the sub-workflow begins', isStarting, 45);
      await act(runId);
    },
    { timeout },
  );
  const stored = () => runs.database.run.findFirst({ where: { parentRunId: runId } });
  return { runId, childId: (await eventually('its run is stored', stored, 45)).id };
}

/**
 * Approves what the run of a turn asks, while its room is busy storing another message: the one message that the run posts then
 * waits, as does its end.
 */
export async function approveWhileStoring(
  runs: RunFixture,
  socket: RoomSocket,
  turnId: string,
): Promise<void> {
  const approvalId = await runs.asked(turnId);
  const room = runs.client.workflow.getHandle(roomWorkflowId(socket.roomId));
  const before = await signalsOf(room);
  await runs.database.$transaction(
    async (locking) => {
      await locking.$executeRaw`SELECT FROM rooms WHERE id = ${socket.roomId}::uuid FOR UPDATE`;
      socket.send('meanwhile');
      await eventually('it is being stored', async () => {
        const { queued } = await room.query<RoomState>(roomMessages.state);
        return queued === 0 && (await signalsOf(room)) === before + 1;
      });
      await runs.decide(turnId, approvalId);
      await eventually('it has both', async () => (await signalsOf(room)) === before + 3);
    },
    { timeout },
  );
}

/** How many signals a workflow has got. */
export async function signalsOf(workflow: WorkflowHandle): Promise<number> {
  const { events } = await workflow.fetchHistory();
  return events?.filter((event) => event.workflowExecutionSignaledEventAttributes).length ?? 0;
}
