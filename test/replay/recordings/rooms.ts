import { roomWorkflowId } from '../../../workflows/contracts/room';
import { newPerson, newRoom, type Person } from '../../support/people';
import { RoomSocket } from '../../support/room-socket';
import { send, type Recording } from './stage';

/** What a room goes through before its history is kept. */
type Scenario = (socket: RoomSocket, owner: Person) => Promise<void>;

interface RoomRecording {
  settings?: { turnPolicy?: string; maxRounds?: number };
  agents: Record<string, string>;
  play: Scenario;
}

const teacher = { Ada: 'You are a patient teacher.' };
const both = { ...teacher, Ben: 'You are a curious student.' };
const slow = '[[fault: token-delay ms=100]] [[tokens: 30]]';

async function askAndWait(socket: RoomSocket, text: string): Promise<void> {
  const turn = await send(socket, text);
  await socket.next('turn.finished', ({ turnId }) => turnId === turn);
}

async function startSlow(socket: RoomSocket): Promise<string> {
  const turn = await send(socket, slow);
  await socket.next('message.delta');
  return turn;
}

const scenarios: Record<string, RoomRecording> = {
  'no-agents': {
    agents: {},
    play: async (socket) => {
      for (const text of ['one', 'two', 'three']) socket.send(text);
      await socket.next('message.created', ({ message }) => message.seq === 3);
    },
  },
  'one-agent': {
    agents: teacher,
    play: async (socket) => {
      await askAndWait(socket, 'Hello');
      await askAndWait(socket, 'And again');
    },
  },
  'router-and-mentions': {
    agents: both,
    settings: { maxRounds: 3 },
    play: async (socket) => {
      await askAndWait(socket, 'What is a comet?');
      await askAndWait(socket, '@Ben @Ada [[mention: Ben]] your turn');
      await askAndWait(socket, '@Ada [[reply: Done. TASK_COMPLETE]]');
    },
  },
  'enqueue-and-cancel': {
    agents: teacher,
    play: async (socket) => {
      const first = await startSlow(socket);
      const second = await send(socket, 'waits, then is cancelled');
      await send(socket, 'waits');
      await socket.next('message.created', ({ message }) => message.seq === 3);
      socket.write({ type: 'cancel', turnId: second });
      socket.write({ type: 'cancel', turnId: first });
      await socket.next('turn.finished', undefined, 30);
    },
  },
  interrupt: {
    agents: teacher,
    settings: { turnPolicy: 'interrupt' },
    play: async (socket) => {
      const first = await startSlow(socket);
      const second = await send(socket, 'quick');
      await socket.next('turn.cancelled', ({ turnId }) => turnId === first);
      await socket.next('turn.finished', ({ turnId }) => turnId === second);
    },
  },
  reject: {
    agents: teacher,
    settings: { turnPolicy: 'reject' },
    play: async (socket) => {
      const first = await startSlow(socket);
      const id = socket.send('refused');
      await socket.next('error', (frame) => frame.id === id);
      await socket.next('turn.finished', ({ turnId }) => turnId === first);
      await askAndWait(socket, 'taken');
    },
  },
  parallel: {
    agents: teacher,
    settings: { turnPolicy: 'parallel' },
    play: async (socket) => {
      const first = await startSlow(socket);
      await askAndWait(socket, 'beside it');
      await socket.next('turn.finished', ({ turnId }) => turnId === first);
    },
  },
  'model-failures': {
    agents: teacher,
    play: async (socket) => {
      await askAndWait(socket, '[[fault: cut-off times=1]] [[tokens: 20]]');
      const failing = await send(socket, '[[fault: 400]]');
      await socket.next('turn.failed', ({ turnId }) => turnId === failing, 60);
    },
  },
  'roster-changes': {
    agents: teacher,
    play: async (socket, owner) => {
      await askAndWait(socket, 'Hello');
      const agent = await owner.must<{ id: string }>('POST', '/agents', {
        name: `Cleo${socket.roomId.slice(-5)}`,
        instructions: 'You are a student.',
      });
      await owner.must('POST', `/rooms/${socket.roomId}/members`, { agentId: agent.id });
      await askAndWait(socket, 'Hello both');
    },
  },
  'room-deleted': {
    agents: teacher,
    play: async (socket, owner) => {
      await startSlow(socket);
      await owner.must('DELETE', `/rooms/${socket.roomId}`);
      await new Promise((resolve) => setTimeout(resolve, 5000));
    },
  },
};

/** Rooms in which agents answer. */
export const rooms: Record<string, Recording> = Object.fromEntries(
  Object.entries(scenarios).map(([name, scenario]) => [name, recordingOf(scenario)]),
);

function recordingOf({ settings, agents, play }: RoomRecording): Recording {
  return async ({ apiUrl }) => {
    const owner = await newPerson(apiUrl, 'Alice');
    const room = await newRoom(owner, { agents, ...settings });
    const socket = await RoomSocket.open(apiUrl, owner, room.id, { reconnect: false });
    await play(socket, owner);
    socket.close();
    return [roomWorkflowId(room.id)];
  };
}
