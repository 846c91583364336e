import type { GraphDocument } from '../../../workflows/contracts/graph/document';
import { roomWorkflowId } from '../../../workflows/contracts/room';
import { runWorkflowId } from '../../../workflows/contracts/run/run';
import { eventually } from '../../support/eventually';
import { graph, node } from '../../support/graphs/catalogue';
import { approveWhileStoring, signalsOf } from '../../support/graphs/hold-ups';
import { newRoom } from '../../support/people';
import { RoomSocket } from '../../support/room-socket';
import { ask, publish, send, type Recording, type Stage } from './stage';

/** A room whose messages run a graph. */
export async function roomWith(
  { alice, apiUrl }: Stage,
  document: GraphDocument,
  settings: Parameters<typeof newRoom>[1] = {},
): Promise<RoomSocket> {
  const room = await newRoom(alice, settings);
  await alice.must('PUT', `/rooms/${room.id}/workflow`, { workflowId: await publish(alice, document) });
  return RoomSocket.open(apiUrl, alice, room.id);
}

const napping = graph([node('start', 'trigger'), node('nap', 'delay', { seconds: 20 })], 'start -> nap');

/** Rooms whose messages run a workflow, and those runs. */
export const roomRuns: Record<string, Recording> = {
  'room-with-workflow': async (stage) => {
    const [ann, bob] = await Promise.all(
      ['Ann', 'Bob'].map((name) =>
        stage.alice.must<{ id: string }>('POST', '/agents', { name, instructions: 'You are brief.' }),
      ),
    );
    const agents = [ann?.id ?? '', bob?.id ?? ''];
    const socket = await roomWith(
      stage,
      graph(
        [
          node('start', 'trigger'),
          node('answer', 'agent', { agentId: agents[0], post: true, prompt: '{{ trigger.message.text }}' }),
          node('note', 'message', { text: 'Then: {{ nodes.answer.agentName }}' }),
          node('chat', 'group_chat', {
            ...{ agents, strategy: 'router', post: true, maxRounds: 2 },
            prompt: 'Talk',
          }),
          node('bye', 'message', { agentId: agents[1], text: 'Bye' }),
        ],
        'start -> answer',
        'answer -> note',
        'note -> chat',
        'chat -> bye',
      ),
    );
    const turn = await send(socket, 'hello');
    await socket.next('turn.finished', ({ turnId }) => turnId === turn);
    socket.close();
    return [roomWorkflowId(socket.roomId), runWorkflowId(turn)];
  },
  'posts-before-end': async (stage) => {
    const socket = await roomWith(
      stage,
      graph(
        [node('start', 'trigger'), node('ask', 'human_input', ask), node('tell', 'message', { text: 'Bye' })],
        'start -> ask',
        'ask.approve -> tell',
        'ask.reject -> tell',
      ),
      { turnPolicy: 'parallel' },
    );
    const turn = await send(socket, 'hello');
    await approveWhileStoring(stage.runs, socket, turn);
    await socket.next('turn.finished', ({ turnId }) => turnId === turn);
    socket.close();
    return [roomWorkflowId(socket.roomId)];
  },
  'cancel-before-start': async ({ runs, ...stage }) => {
    const socket = await roomWith({ runs, ...stage }, napping);
    await runs.worker.stop();
    const turn = await send(socket, 'hello');
    socket.write({ type: 'cancel', turnId: turn });
    const room = runs.client.workflow.getHandle(roomWorkflowId(socket.roomId));
    await eventually('both have arrived', async () => (await signalsOf(room)) === 2);
    runs.worker = await runs.startWorker();
    await socket.next('turn.cancelled', ({ turnId }) => turnId === turn);
    socket.close();
    return [roomWorkflowId(socket.roomId)];
  },
  'room-with-workflow-interrupted': async (stage) => {
    const socket = await roomWith(stage, napping, { turnPolicy: 'interrupt' });
    const first = await send(socket, 'one');
    await socket.next('turn.started', ({ turnId }) => turnId === first);
    const second = await send(socket, 'two');
    await socket.next('turn.started', ({ turnId }) => turnId === second);
    socket.write({ type: 'cancel', turnId: second });
    await socket.next('turn.cancelled', ({ turnId }) => turnId === second);
    socket.close();
    return [roomWorkflowId(socket.roomId)];
  },
};
