import path from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { bundleWorkflows } from '../../../infra/temporal/bundle-workflows';
import { createClaimCheck } from '../../../infra/temporal/claim-check';
import type { GraphDocument } from '../../../workflows/contracts/graph/document';
import { roomWorkflowId } from '../../../workflows/contracts/room';
import { eventually } from '../../support/eventually';
import { graph, node } from '../../support/graphs/catalogue';
import { approveWhileStoring, signalsOf } from '../../support/graphs/hold-ups';
import { openRunFixture, type RunFixture } from '../../support/graphs/run-fixture';
import { allMessages, newPerson, newRoom, type Person } from '../../support/people';
import { startProcess, type ProductProcess } from '../../support/processes';
import { RoomSocket } from '../../support/room-socket';

// Several times what a busy machine needs.
jest.setTimeout(180_000);

let runs: RunFixture;
let api: ProductProcess;
let alice: Person;
let agentId: string;

beforeAll(async () => {
  runs = await openRunFixture({ env: { REQUESTS_PER_MINUTE: '1000000', MESSAGES_PER_MINUTE: '1000000' } });
  api = await startProcess('api', { ...runs.env, PORT: '0' });
  alice = await newPerson(String(api.hello.listening), 'Alice');
  agentId = (
    await alice.must<{ id: string }>('POST', '/agents', { name: 'Ada', instructions: 'You are brief.' })
  ).id;
});

afterAll(async () => {
  RoomSocket.closeAll();
  await api.stop();
  await runs.stop();
});

async function published(document: GraphDocument): Promise<string> {
  const { id } = await alice.must<{ id: string }>('POST', '/workflows', { name: 'Flow', graph: document });
  await alice.must('POST', `/workflows/${id}/publish`, {});
  return id;
}

/** A room whose messages run a graph. */
async function roomWith(document: GraphDocument, turnPolicy = 'enqueue'): Promise<RoomSocket> {
  const room = await newRoom(alice, { turnPolicy });
  await alice.must('PUT', `/rooms/${room.id}/workflow`, { workflowId: await published(document) });
  return RoomSocket.open(String(api.hello.listening), alice, room.id);
}

async function send(socket: RoomSocket, text: string): Promise<string> {
  const id = socket.send(text);
  const { turnId } = await socket.next('accepted', (frame) => frame.id === id, 45);
  return turnId ?? '';
}

const napping = graph(
  [node('start', 'trigger'), node('nap', 'delay', { seconds: 'trigger.message.text == "long" ? 3600 : 1' })],
  'start -> nap',
);
const asking = graph(
  [
    node('start', 'trigger'),
    node('ask', 'human_input', { title: 'Go on?', assignees: { roles: ['room_owner'] } }),
    node('tell', 'message', { text: 'decided' }),
  ],
  'start -> ask',
  'ask.approve -> tell',
  'ask.reject -> tell',
);
const approve = async (turn: string): Promise<unknown> =>
  alice.must('POST', `/approvals/${await runs.asked(turn)}/decide`, { action: 'approve' });
const naps = (turn: string): Promise<unknown> =>
  eventually('it naps', async () => (await runs.gateway.progress(turn))?.waiting.includes('nap'), 45);
const finished = (socket: RoomSocket, turn: string): Promise<unknown> =>
  socket.next('turn.finished', ({ turnId }) => turnId === turn, 45);
const cancelled = (socket: RoomSocket, turn: string): Promise<unknown> =>
  socket.next('turn.cancelled', ({ turnId }) => turnId === turn, 45);

test('agents, messages and a group chat post once, in order, and what an agent writes is streamed', async () => {
  const ben = await alice.must<{ id: string }>('POST', '/agents', {
    name: 'Ben',
    instructions: 'You are brief.',
  });
  const socket = await roomWith(
    graph(
      [
        node('start', 'trigger'),
        node('answer', 'agent', {
          agentId,
          post: true,
          prompt: '[[fault: token-delay ms=30]] [[tokens: 20]] {{ trigger.message.text }}',
        }),
        node('note', 'message', { text: 'Then: {{ nodes.answer.agentName }}' }),
        node('chat', 'group_chat', {
          agents: [agentId, ben.id],
          strategy: 'round_robin',
          post: true,
          maxRounds: 3,
          prompt: 'Talk',
        }),
        node('bye', 'message', { agentId, text: 'Said {{ nodes.chat.rounds }} things' }),
      ],
      'start -> answer',
      'answer -> note',
      'note -> chat',
      'chat -> bye',
    ),
  );
  const turn = await send(socket, 'hello');
  await finished(socket, turn);
  const said = await eventually(
    'all messages',
    async () => {
      const messages = await allMessages(alice, socket.roomId);
      return messages.length >= 7 && messages;
    },
    45,
  );
  expect(said.map(({ author }) => author.name)).toEqual([
    'Alice',
    'Ada',
    expect.any(String),
    'Ada',
    'Ben',
    'Ada',
    'Ada',
  ]);
  expect(said.map(({ text }) => text).filter((text) => /^(Then|Said)/.test(text))).toEqual([
    'Then: Ada',
    'Said 3 things',
  ]);
  expect(socket.frames.filter(({ type }) => type === 'message.delta').length).toBeGreaterThan(2);
});

test.each(['mention', 'router'])('a group chat with strategy %s stops at the stop word', async (strategy) => {
  const ben = await alice.must<{ id: string }>('POST', '/agents', {
    name: `Cleo${strategy}`,
    instructions: 'You are brief.',
  });
  const socket = await roomWith(
    graph(
      [
        node('start', 'trigger'),
        node('chat', 'group_chat', {
          agents: [agentId, ben.id],
          strategy,
          post: true,
          prompt: 'Talk [[reply: enough. TASK_COMPLETE]]',
        }),
      ],
      'start -> chat',
    ),
  );
  const turn = await send(socket, 'hello');
  await finished(socket, turn);
  const run = await runs.ended(turn);
  expect(run.nodes.chat?.output).toMatchObject({ rounds: 1, reason: 'stop_word' });
});

test('enqueue: the second turn begins when the first run has ended', async () => {
  const socket = await roomWith(napping);
  const first = await send(socket, 'short');
  const second = await send(socket, 'short');
  await finished(socket, second);
  const order = socket.frames.flatMap((frame) =>
    frame.type === 'turn.started' || frame.type === 'turn.finished' ? [`${frame.type} ${frame.turnId}`] : [],
  );
  expect(order).toEqual([
    `turn.started ${first}`,
    `turn.finished ${first}`,
    `turn.started ${second}`,
    `turn.finished ${second}`,
  ]);
});

test('interrupt: a new message cancels the run; cancelling a turn does, too', async () => {
  const socket = await roomWith(napping, 'interrupt');
  const first = await send(socket, 'long');
  await socket.next('turn.started', ({ turnId }) => turnId === first, 45);
  await naps(first);
  const second = await send(socket, 'long');
  await cancelled(socket, first);
  await socket.next('turn.started', ({ turnId }) => turnId === second, 45);
  await naps(second);
  socket.write({ type: 'cancel', turnId: second });
  await cancelled(socket, second);
  expect([(await runs.ended(first)).status, (await runs.ended(second)).status]).toEqual([
    'cancelled',
    'cancelled',
  ]);
});

test('a turn that is cancelled before its run is started is cancelled', async () => {
  const socket = await roomWith(napping);
  await runs.worker.stop();
  const turn = await send(socket, 'long');
  socket.write({ type: 'cancel', turnId: turn });
  const room = runs.client.workflow.getHandle(roomWorkflowId(socket.roomId));
  await eventually('both have arrived', async () => (await signalsOf(room)) === 2);
  runs.worker = await runs.startWorker();
  await cancelled(socket, turn);
  expect((await runs.ended(turn)).status).toBe('cancelled');
});

test('what a run posts comes before the end of its turn, though the room has others to store first', async () => {
  const socket = await roomWith(asking, 'parallel');
  const turn = await send(socket, 'hello');
  await approveWhileStoring(runs, socket, turn);
  await finished(socket, turn);
  const told = socket.frames.flatMap((frame) => {
    if (frame.type === 'message.created') return [frame.message.text];
    return frame.type === 'turn.finished' ? [frame.type] : [];
  });
  expect(told).toEqual(['hello', 'meanwhile', 'decided', 'turn.finished']);
});

test('reject: a message during a run is refused; parallel: two runs at once', async () => {
  const rejecting = await roomWith(asking, 'reject');
  const first = await send(rejecting, 'hello');
  const refused = rejecting.send('refused');
  expect(await rejecting.next('error', (frame) => frame.id === refused, 45)).toMatchObject({
    code: 'turn_in_progress',
  });
  await approve(first);
  await finished(rejecting, first);
  const parallel = await roomWith(napping, 'parallel');
  const long = await send(parallel, 'long');
  const short = await send(parallel, 'short');
  await finished(parallel, short);
  await naps(long);
  parallel.write({ type: 'cancel', turnId: long });
  await cancelled(parallel, long);
});

test('a fork from the middle and a retry pay nothing upstream, and use edited inputs', async () => {
  const workflowId = await published(
    graph(
      [
        node('start', 'trigger'),
        node('write', 'agent', { agentId, prompt: 'first {{ input.word }}' }),
        node('sum', 'tool', { tool: 'calculator', input: { expression: 'input.sum' } }),
        node('end', 'transform', { output: { v: 'nodes.sum.result', text: 'nodes.write.text' } }),
      ],
      'start -> write',
      'write -> sum',
      'sum -> end',
    ),
  );
  const { runId } = await alice.must<{ runId: string }>('POST', `/workflows/${workflowId}/execute`, {
    payload: { word: 'a', sum: '1 / 0' },
  });
  const before = await runs.ended(runId);
  expect(before.error).toMatchObject({ code: 'tool_failed', nodeKey: 'sum' });
  // The model counts an answer when it is rid of it, which its reader may be ahead of.
  const calls = await eventually('the call is counted', async () => {
    const counted = await runs.modelCalls();
    return counted[`${runId}/write`] === 1 && counted;
  });
  const retried = await alice.must<{ runId: string }>('POST', `/runs/${runId}/retry`, {});
  expect((await runs.ended(retried.runId)).error).toMatchObject({ code: 'tool_failed' });
  const forked = await alice.must<{ runId: string }>('POST', `/runs/${runId}/fork`, {
    nodeKey: 'sum',
    input: { tool: 'calculator', input: { expression: '2 + 5' } },
  });
  const after = await runs.ended(forked.runId);
  expect(after).toMatchObject({
    status: 'completed',
    nodes: { end: { output: { v: 7, text: (before.nodes.write?.output as { text: string }).text } } },
  });
  expect(await runs.modelCalls()).toEqual(calls);
});

test('a run of a room waits for people while the room talks on', async () => {
  const socket = await roomWith(asking, 'parallel');
  const turn = await send(socket, 'hello');
  await socket.next('approval.requested', undefined, 45);
  await approve(turn);
  await finished(socket, turn);
  const said = await eventually(
    'both messages',
    async () => {
      const messages = await allMessages(alice, socket.roomId);
      return messages.length > 1 && messages;
    },
    45,
  );
  expect(said.map(({ text }) => text)).toEqual(['hello', 'decided']);
});

test('a room that is written to without a pause continues as new in a breather, long before it must', async () => {
  const { id } = await newRoom(alice, {});
  const socket = await RoomSocket.open(String(api.hello.listening), alice, id);
  const room = runs.client.workflow.getHandle(roomWorkflowId(id));
  const state = { renewed: false };
  const sent: string[] = [];
  const first = await eventually('its workflow', async () => {
    if (sent.length === 0) sent.push(socket.send('first'));
    return (await room.describe()).runId;
  });
  const writing = (async () => {
    while (!state.renewed) {
      sent.push(socket.send(`message ${sent.length}`));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  await eventually('it continues as new', async () => (await room.describe()).runId !== first, 120).finally(
    () => (state.renewed = true),
  );
  await writing;
  const before = await runs.client.workflow.getHandle(roomWorkflowId(id), first).describe();
  // From 4,000 on it would at any moment.
  expect(before.historyLength).toBeLessThan(4000);
  await eventually('all messages', () => socket.messages.length === sent.length, 60);
  expect(socket.messages.map((message) => message.id)).toEqual(sent);
});

test('what rooms and runs did here replays', async () => {
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ logger });
  const workflowBundle = await bundleWorkflows(path.resolve('workflows'), logger);
  const dataConverter = { payloadCodecs: [createClaimCheck(runs.database)] };
  const histories = runs.client.workflow.list().intoHistories();
  const failures: string[] = [];
  let count = 0;
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle, dataConverter },
    histories,
  )) {
    count += 1;
    if (error) failures.push(`${workflowId}: ${error.message}`);
  }
  expect(failures).toEqual([]);
  expect(count).toBeGreaterThan(15);
}, 300_000);
