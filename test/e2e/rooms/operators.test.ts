import type { Client } from '@temporalio/client';
import { createTemporalClient } from '../../../infra/temporal/client';
import { roomWorkflowId } from '../../../workflows/contracts/room';
import { startTestApp, type TestApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { newPerson, newRoom, type Person } from '../../support/people';
import { RoomSocket } from '../../support/room-socket';

let app: TestApp;
let alice: Person;
let client: Client;

beforeAll(async () => {
  app = await startTestApp();
  alice = await newPerson(app.apiUrl, 'Alice');
  client = createTemporalClient({ address: process.env.TEMPORAL_ADDRESS ?? '', namespace: 'default' });
});

afterAll(async () => {
  await client.connection.close();
  await app.stop();
});

test('operators find a room by workspace and room, and read what it is doing', async () => {
  const room = await newRoom(alice, { name: 'Ops', agents: { Ada: 'You are a patient teacher.' } });
  const socket = await RoomSocket.open(app.apiUrl, alice, room.id);
  socket.send('[[fault: token-delay ms=200]] [[tokens: 1000]]');
  await socket.next('message.delta');

  const found = await eventually('the room is searchable', async () => {
    const ids: string[] = [];
    const query = `RoomId = "${room.id}" AND WorkspaceId = "${alice.workspaceId}" AND ExecutionStatus = "Running"`;
    for await (const execution of client.workflow.list({ query })) ids.push(execution.workflowId);
    return ids.length > 0 && ids;
  });
  expect(found).toEqual([roomWorkflowId(room.id)]);

  const handle = client.workflow.getHandle(roomWorkflowId(room.id));
  const metadata = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(metadata.currentDetails).toContain('### Ops');
  expect(metadata.currentDetails).toContain('**Ada** is writing');
  const history = await handle.fetchHistory();
  const scheduled = history.events?.find((event) => event.activityTaskScheduledEventAttributes);
  expect(Buffer.from(scheduled?.userMetadata?.summary?.data ?? []).toString()).toContain('Ada answers');

  const state = await alice.must<{ running: { speaker: string }[] }>('GET', `/rooms/${room.id}/state`);
  expect(state.running).toMatchObject([{ speaker: 'Ada', answers: 0 }]);
  socket.close();
  await alice.must('DELETE', `/rooms/${room.id}`);
});

test('a deleted room ends its workflow and closes its sockets', async () => {
  const room = await newRoom(alice, { agents: { Bea: 'You are a patient teacher.' } });
  const socket = await RoomSocket.open(app.apiUrl, alice, room.id, { reconnect: false });
  socket.send('[[fault: token-delay ms=200]] [[tokens: 1000]]');
  await socket.next('message.delta');
  await alice.must('DELETE', `/rooms/${room.id}`);
  await eventually('closed with 4404', () => socket.closes.includes(4404));
  await eventually('the workflow has ended', async () => {
    const { status } = await client.workflow.getHandle(roomWorkflowId(room.id)).describe();
    return status.name === 'COMPLETED';
  });
  expect((await alice.call('POST', `/rooms/${room.id}/messages`, { text: 'hello?' })).status).toBe(404);
});
