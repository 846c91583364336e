import { randomUUID } from 'node:crypto';
import { createRoomActivities } from '../../../activities/persistence/room-activities';
import type { RecordEntry } from '../../../activities/runs/run-records';
import { createRoomActivityStore, roomActivityKey } from '../../../infra/relay/room-activity';
import type { Json } from '../../../workflows/contracts/json';
import type { NewMessage, RoomActivities, RoomCommit } from '../../../workflows/contracts/activities';
import { eventually } from '../../support/eventually';
import type { TestRun } from '../runs/run-fixture';
import { openTriggerFixture, type Place, type TriggerFixture } from './trigger-fixture';

let fixture: TriggerFixture;
let place: Place;
let rooms: RoomActivities;

beforeAll(() => {
  fixture = openTriggerFixture();
  rooms = createRoomActivities({
    ...fixture,
    activity: createRoomActivityStore(fixture),
    limits: { turnSeconds: 60, modelSeconds: 30 },
  });
});
beforeEach(async () => {
  place = await fixture.newPlace();
});
afterAll(() => fixture.close());

const storedEvents = () =>
  fixture.database.triggerEvent.findMany({
    where: { workspaceId: place.workspaceId },
    orderBy: { id: 'asc' },
  });
const deliveriesTo = async (subscriptionId: string) => {
  const rows = await fixture.database.webhookDelivery.findMany({
    where: { subscriptionId },
    orderBy: { position: 'asc' },
  });
  return rows.map(({ eventType, payload, eventId }) => ({ eventType, payload, eventId }));
};

const newRun = (more: object = {}) =>
  fixture.newRun({ workspaceId: place.workspaceId, workflowId: place.workflowId, version: 1, ...more });

const at = Date.now();
const completed = (output: Json): RecordEntry => ({
  ...{ type: 'run', key: 'ended', at, status: 'completed' },
  output,
});
const failed: RecordEntry = {
  ...{ type: 'run', key: 'ended', at, status: 'failed' },
  error: { code: 'node_failed', detail: 'No.', nodeKey: 'a' },
};
const record = (run: TestRun, ...entries: RecordEntry[]) => fixture.recorder.record(run, entries);
const all = ['run.completed', 'run.failed', 'run.cancelled', 'approval.requested', 'approval.decided'];

test('the end of a run becomes an event and a delivery with it, once, and the event is sent', async () => {
  await fixture.newPolicy(place, { eventType: 'run_completed' });
  const subscription = await fixture.newSubscription(place, all);
  const run = await newRun({ roomId: place.roomId, triggerDepth: 2 });
  await record(run, completed({ answer: 7 }));
  await record(run, completed({ answer: 7 }), failed);
  const data = {
    runId: run.runId,
    workflowId: place.workflowId,
    version: 1,
    triggerType: 'api',
    output: { answer: 7 },
  };
  const [event, ...more] = await eventually('it is sent', async () => {
    const events = await storedEvents();
    return events.every(({ sentAt }) => sentAt !== null) && events;
  });
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    type: 'run_completed',
    depth: 2,
    sessionId: place.roomId,
    roomId: place.roomId,
    data,
  });
  expect(await fixture.sentTo(place)).toMatchObject([
    { id: event?.id, type: 'run_completed', depth: 2, at: event?.createdAt.getTime(), data },
  ]);
  expect(await deliveriesTo(subscription)).toEqual([
    {
      eventType: 'run.completed',
      eventId: event?.id,
      payload: { ...data, roomId: place.roomId, sessionId: null },
    },
  ]);
});

test('a headless run tells the workspace’s host, with the session it belongs to', async () => {
  await fixture.newPolicy(place, { eventType: 'run_failed' });
  await record(await newRun({ sessionId: 'nightly' }), failed);
  const [event] = await storedEvents();
  expect(event).toMatchObject({ type: 'run_failed', roomId: null, sessionId: 'nightly' });
  expect(event?.data).toMatchObject({ error: { code: 'node_failed', detail: 'No.' } });
  const sent = await eventually('it is sent', () => fixture.sentTo({ workspaceId: place.workspaceId }));
  expect(sent).toMatchObject([{ id: event?.id, sessionId: 'nightly' }]);
});

test('a cancelled run is told to subscribers only', async () => {
  await fixture.newPolicy(place, { eventType: 'run_failed' });
  await fixture.newPolicy(place, { eventType: 'run_completed' });
  const subscription = await fixture.newSubscription(place, all);
  await record(await newRun(), { type: 'run', key: 'ended', at, status: 'cancelled', by: 'Ann' });
  expect(await storedEvents()).toEqual([]);
  expect(await deliveriesTo(subscription)).toMatchObject([
    { eventType: 'run.cancelled', payload: { by: 'Ann' } },
  ]);
});

test('a long output is left out of the event', async () => {
  await fixture.newPolicy(place, { eventType: 'run_completed' });
  await record(await newRun(), completed('x'.repeat(20_000)));
  expect((await storedEvents())[0]?.data).toMatchObject({ output: null });
});

test('an approval is told when it is asked for, and when the decision that decides is made', async () => {
  await fixture.newPolicy(place, { eventType: 'approval_decided' });
  const subscription = await fixture.newSubscription(place, all);
  const run = await newRun({ roomId: place.roomId });
  const about = { at, approvalId: randomUUID(), nodeKey: 'ask' };
  const asked: RecordEntry = {
    ...{ type: 'approval.requested', key: 'asked', ...about },
    request: {
      ...{ title: 'Send it?', description: '', schema: null, quorum: 2, timeoutSeconds: null },
      ...{ actions: [{ id: 'yes', label: 'Yes' }], reminderSeconds: null, escalation: null },
      assignees: { roles: ['teacher'], users: [] },
    },
  };
  const vote = (name: string, decided: boolean): RecordEntry => ({
    ...{ type: 'approval.decision', ...about, key: `by/${name}`, decided },
    decision: {
      userId: randomUUID(),
      name,
      action: 'yes',
      data: null,
      comment: null,
      decidedAt: new Date(at).toISOString(),
    },
  });
  const [ann, ben] = [vote('Ann', false), vote('Ben', true)];
  await record(run, asked);
  await record(run, asked, ann);
  await record(run, ann, ben);
  await record(run, asked, ann, ben);
  const { runId } = run;
  const data = { approvalId: about.approvalId, runId, workflowId: place.workflowId, nodeKey: 'ask' };
  expect(await storedEvents()).toMatchObject([
    { type: 'approval_decided', data: { ...data, action: 'yes', by: { name: 'Ben' } } },
  ]);
  expect(await deliveriesTo(subscription)).toMatchObject([
    { eventType: 'approval.requested', payload: { ...data, title: 'Send it?', roomId: place.roomId } },
    { eventType: 'approval.decided', payload: { ...data, by: { name: 'Ben' } } },
  ]);
});

test('nothing is stored where nobody waits for it', async () => {
  await fixture.newPolicy(place, { eventType: 'run_completed', enabled: false });
  await fixture.newPolicy(place, { eventType: 'run_failed' });
  await fixture.newPolicy(await fixture.newPlace(), { eventType: 'run_completed' });
  const subscriptions = [
    await fixture.newSubscription(place, ['run.failed']),
    await fixture.newSubscription(place, all, await fixture.newRoom(place.workspaceId)),
    await fixture.newSubscription(await fixture.newPlace(), all),
  ];
  await record(await newRun({ roomId: place.roomId }), completed(1));
  expect(await storedEvents()).toEqual([]);
  expect((await Promise.all(subscriptions.map(deliveriesTo))).flat()).toEqual([]);
});

test('what happens while a subscription is disabled is not kept for it; what waits stays', async () => {
  const subscription = await fixture.newSubscription(place, ['run.failed', 'message.created']);
  const enable = (enabled: boolean) =>
    fixture.database.webhookSubscription.update({ where: { id: subscription }, data: { enabled } });
  const fail = async () => record(await newRun({ roomId: place.roomId }), failed);
  await fail();
  await enable(false);
  await fail();
  await commit({ messages: [message('unheard')] });
  await enable(true);
  await commit({ messages: [message('heard')] });
  expect(await deliveriesTo(subscription)).toMatchObject([
    { eventType: 'run.failed' },
    { eventType: 'message.created', payload: { text: 'heard' } },
  ]);
});

const message = (text: string, kind: 'user' | 'agent' = 'user'): NewMessage => ({
  ...{
    id: randomUUID(),
    author: { kind, id: randomUUID(), name: 'Ann' },
    mentions: [],
    replyTo: null,
    turnId: null,
  },
  content: { text },
});
const commit = (more: Partial<RoomCommit>) =>
  rooms.commitRoom({
    ...{
      workspaceId: place.workspaceId,
      roomId: place.roomId,
      workflowId: 'room',
      workflowRunId: randomUUID(),
    },
    ...{ rosterVersion: 1, messages: [], transitions: [], abandoned: [], ...more },
  });

test('stored messages are put before subscribers in their order, once, as clients see them', async () => {
  const subscription = await fixture.newSubscription(place, ['message.created'], place.roomId);
  const first = message('one');
  const again = { messages: [first, { ...message('two'), replyTo: first.id }], workflowRunId: randomUUID() };
  await commit(again);
  await commit(again);
  const deliveries = await deliveriesTo(subscription);
  expect(deliveries).toMatchObject([
    {
      eventType: 'message.created',
      eventId: first.id,
      payload: { seq: 1, text: 'one', author: first.author },
    },
    { payload: { seq: 2, text: 'two', replyTo: first.id, mentions: [] } },
  ]);
  const frames = (await fixture.relay.tail(`room:${place.roomId}`, 10)).newest;
  const told = frames.map(({ frame }) => (JSON.parse(frame) as { message: unknown }).message);
  expect(deliveries.map(({ payload }) => payload)).toEqual(told);
});

test('changed policies are handed back, and no turn starts with the old ones', async () => {
  const a = message('a');
  const started = { type: 'started' as const, turnId: randomUUID(), messageId: a.id };
  const policyId = await fixture.newPolicy(place);
  await fixture.database.workspace.update({ where: { id: place.workspaceId }, data: { triggersVersion: 4 } });
  const result = await commit({ messages: [a], transitions: [started], triggersVersion: 3 });
  expect(result).toMatchObject({ lastSeq: 1, triggers: { version: 4, policies: [{ id: policyId }] } });
  expect(await fixture.database.run.count({ where: { roomId: place.roomId } })).toBe(0);
  const later = await commit({ transitions: [started], triggersVersion: 4 });
  expect(later).toEqual({ lastSeq: 1, duplicates: [] });
  expect(await fixture.database.run.count({ where: { roomId: place.roomId } })).toBe(1);
});

test('a workflow that knows of no policies starts its turns whatever they are', async () => {
  await fixture.database.workspace.update({ where: { id: place.workspaceId }, data: { triggersVersion: 4 } });
  const a = message('a');
  const started = { type: 'started' as const, turnId: randomUUID(), messageId: a.id };
  expect(await commit({ messages: [a], transitions: [started] })).toEqual({ lastSeq: 1, duplicates: [] });
  expect(await fixture.database.run.count({ where: { roomId: place.roomId } })).toBe(1);
});

test('texts of answers are told when they are asked for', async () => {
  const { runId } = await newRun({ roomId: place.roomId });
  await fixture.database.nodeRun.create({
    data: { runId, key: 'k', kind: 'agent', status: 'completed', output: { text: 'The answer' } },
  });
  const answer: NewMessage = { ...message('', 'agent'), turnId: runId, content: { answerKey: 'k' } };
  const { texts } = await commit({ messages: [message('question'), answer], wantsTexts: true });
  expect(texts).toEqual({ [answer.id]: 'The answer' });
});

test('commits keep the room’s activity, which is rebuilt from the record when it is lost', async () => {
  const store = createRoomActivityStore(fixture);
  expect(await store.read(place.roomId)).toEqual({
    ...{ lastSeq: 0, lastMessageAt: null, lastUserSeq: 0, lastAuthorKind: null },
  });
  await commit({ messages: [message('a')] });
  await commit({ messages: [message('b', 'agent')] });
  const key = roomActivityKey(place.roomId);
  const kept = await eventually('it is kept', async () => {
    const hash = await fixture.redis.hgetall(key);
    return hash.lastSeq === '2' && hash;
  });
  const room = await fixture.database.room.findUniqueOrThrow({ where: { id: place.roomId } });
  expect(room).toMatchObject({ lastSeq: 2, lastUserSeq: 1 });
  const lastMessageAt = room.lastMessageAt?.getTime() ?? 0;
  expect(kept).toEqual({
    lastSeq: '2',
    lastMessageAt: String(lastMessageAt),
    lastUserSeq: '1',
    lastAuthorKind: 'agent',
  });
  await fixture.redis.del(key);
  const read = await store.read(place.roomId);
  expect(read).toEqual({ lastSeq: 2, lastMessageAt, lastUserSeq: 1, lastAuthorKind: 'agent' });
  await store.write(place.roomId, { ...read, lastSeq: 1 });
  expect(await fixture.redis.hgetall(key)).toEqual(kept);
  expect(await fixture.redis.ttl(key)).toBeGreaterThan(29 * 86_400);
});
