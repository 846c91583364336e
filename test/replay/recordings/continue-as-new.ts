import { roomWorkflowId } from '../../../workflows/contracts/room';
import { runWorkflowId } from '../../../workflows/contracts/run/run';
import { triggersWorkflowId } from '../../../workflows/contracts/triggers/host';
import { webhookWorkflowId } from '../../../workflows/contracts/webhooks';
import { eventually } from '../../support/eventually';
import { graph, node } from '../../support/graphs/catalogue';
import { newRoom } from '../../support/people';
import { RoomSocket } from '../../support/room-socket';
import { newPolicyOwner } from './policies';
import { roomWith } from './room-runs';
import { ask, childOf, one, send, type Recording, type Stage } from './stage';
import { subscribe } from './webhooks';

/** Sends small talk until the room has continued as new. */
async function talkUntilRenewed({ runs }: Stage, socket: RoomSocket): Promise<void> {
  const handle = runs.client.workflow.getHandle(roomWorkflowId(socket.roomId));
  await sendAndHear(socket, 'The first message opens the room');
  const { runId: first } = await handle.describe();
  for (let index = 0; index < 16; index += 1) await sendAndHear(socket, `message ${index}`);
  await eventually('the room continues as new', async () => (await handle.describe()).runId !== first);
}

async function sendAndHear(socket: RoomSocket, text: string): Promise<void> {
  const id = socket.send(text);
  await socket.next('accepted', (frame) => frame.id === id);
}

/** Runs and rooms that continue as new; the server asks for it after a few events. */
export const continued: Record<string, Recording> = {
  'run-continued': async ({ runs }) => {
    const inner = await runs.publish(
      graph([node('start', 'trigger'), node('nap', 'delay', { seconds: 4 })], 'start -> nap'),
    );
    const runId = await runs.run(
      graph(
        [
          node('start', 'trigger'),
          node('each', 'loop', { over: '[1, 2, 3, 4, 5, 6]', max: 6, concurrency: 2, collect: 'item' }),
          node('ok', 'human_input', ask, 'each'),
          node('done', 'transform', one, 'each'),
          node('later', 'human_input', { ...ask, waitSeconds: 3600 }),
          node('nap', 'delay', { seconds: 3 }),
          node('sub', 'subworkflow', { workflowId: inner }),
          node('end', 'join'),
        ],
        ...['each', 'later', 'nap', 'sub'].map((id) => `start -> ${id}`),
        'ok.approve -> done',
        'ok.reject -> done',
        ...['each', 'later.approve', 'later.reject', 'later.timeout', 'nap', 'sub'].map(
          (id) => `${id} -> end`,
        ),
      ),
    );
    for (const at of [0, 1, 2, 3, 4, 5]) await runs.decide(runId, await runs.asked(runId, `each[${at}]/ok`));
    const child = await childOf(runs, runId);
    await runs.ended(child);
    await runs.decide(runId, await runs.asked(runId, 'later'));
    await runs.ended(runId);
    return [runWorkflowId(runId), runWorkflowId(child)];
  },
  'room-continued-with-run': async (stage) => {
    const socket = await roomWith(
      stage,
      graph(
        [
          node('start', 'trigger'),
          node('ask', 'human_input', ask),
          node('tell', 'message', { text: 'decided' }),
        ],
        'start -> ask',
        'ask.approve -> tell',
        'ask.reject -> tell',
      ),
      { agents: { Ada: 'You are brief.' }, agentReplies: 'mentioned' },
    );
    const turn = await send(socket, '@Ada begin');
    const approvalId = await stage.runs.asked(turn);
    await talkUntilRenewed(stage, socket);
    await stage.runs.decide(turn, approvalId);
    await socket.next('turn.finished', ({ turnId }) => turnId === turn);
    socket.close();
    return [roomWorkflowId(socket.roomId)];
  },
  'room-continued': async (stage) => {
    const room = await newRoom(stage.alice, {
      agents: { Ada: 'You are brief.' },
      agentReplies: 'mentioned',
    });
    const socket = await RoomSocket.open(stage.apiUrl, stage.alice, room.id);
    await talkUntilRenewed(stage, socket);
    const turn = await send(socket, '@Ada hello');
    await socket.next('turn.finished', ({ turnId }) => turnId === turn);
    socket.close();
    return [roomWorkflowId(room.id)];
  },
  'room-continued-with-burst': async (stage) => {
    const { owner, policy, fired } = await newPolicyOwner(stage);
    const room = await newRoom(owner);
    const scope = { roomId: room.id };
    const policyId = await policy({ eventType: 'user_message', scope, debounceSeconds: 5 });
    const socket = await RoomSocket.open(stage.apiUrl, owner, room.id);
    await renewed(stage, roomWorkflowId(room.id), 10, async (count) => {
      socket.send(`message ${count}`);
      await socket.next('message.created', ({ message }) => message.seq === count);
    });
    socket.close();
    await fired(policyId);
    return [roomWorkflowId(room.id)];
  },
  'triggers-continued': async (stage) => {
    const { owner, policy, fired } = await newPolicyOwner(stage);
    const policyId = await policy({ eventType: 'manual' });
    const workflowId = triggersWorkflowId(owner.workspaceId);
    const fire = async (count: number): Promise<void> => {
      await owner.must('POST', `/triggers/${policyId}/fire`, { payload: { count } });
      await fired(policyId, count);
    };
    const count = await renewed(stage, workflowId, 5, fire);
    await fire(count + 1);
    return [workflowId];
  },
  'webhook-continued': async (stage) => {
    const { owner, say } = await newPolicyOwner(stage);
    const { id: roomId } = await newRoom(owner);
    const { subscriptionId, told } = await subscribe(stage, owner, [204]);
    const workflowId = webhookWorkflowId(subscriptionId);
    const tell = async (count: number): Promise<void> => {
      await say(roomId, `message ${count}`);
      await told(count);
    };
    const count = await renewed(stage, workflowId, 5, tell);
    await tell(count + 1);
    return [workflowId];
  },
};

/** Makes something happen, so often at most, until the workflow continues as new. @returns how often it happened. */
async function renewed(
  { runs }: Stage,
  workflowId: string,
  times: number,
  happen: (count: number) => Promise<void>,
): Promise<number> {
  const handle = runs.client.workflow.getHandle(workflowId);
  await happen(1);
  const { runId: first } = await handle.describe();
  const isRenewed = async (): Promise<boolean> => (await handle.describe()).runId !== first;
  let count = 1;
  while (count < times && !(await isRenewed())) await happen((count += 1));
  await eventually('it continues as new', isRenewed);
  return count;
}
