import type { RunSummary } from '../../../apps/console/src/room/run-summary';
import type { RoomSnapshot, RoomState } from '../../../apps/console/src/room/room-state';
import { event, frame, hello, joined, message, run, snapshot } from './room-fixture';

const started = (offset: number, turnId = 't') =>
  event(offset, { type: 'turn.started', turnId, runId: turnId, messageId: 'm1' });
const finished = (offset: number, reason: 'answered' | 'nobody' | 'round_limit', turnId = 't') =>
  event(offset, { type: 'turn.finished', turnId, runId: turnId, reason, answers: 1 });
const failed = (offset: number) =>
  event(offset, { type: 'turn.failed', turnId: 't', runId: 't', error: { code: 'x', detail: 'No credit.' } });

const withRuns = (runs: RunSummary[]): RoomSnapshot => ({ ...snapshot, runs });
const runningIds = ({ turns }: RoomState): string[] => turns.running.map(({ turnId }) => turnId);

test('a turn runs from its start to its end, without a note when it was answered', () => {
  const running = run(joined(1), started(101));
  expect(runningIds(running)).toEqual(['t']);
  expect(run(running, finished(102, 'answered')).turns).toMatchObject({ running: [], notes: [] });
});

test.each([
  [failed(102), 'failed', 'No answer: No credit.'],
  [
    event(102, { type: 'turn.cancelled', turnId: 't', runId: 't', by: 'Tom' }),
    'cancelled',
    'Stopped by Tom.',
  ],
  [finished(102, 'nobody'), 'quiet', 'No agent needed to answer.'],
  [finished(102, 'round_limit'), 'quiet', 'The agents stopped at the round limit.'],
])('a turn without an answer leaves a note below the newest message', (end, kind, text) => {
  const { turns } = run(joined(3), started(101), end);
  expect(turns.notes).toEqual([{ id: 't', workflowRunId: null, kind, afterSeq: 3, text }]);
});

test('the end of a turn told twice is noted once', () => {
  expect(run(joined(1), failed(101), failed(102)).turns.notes).toHaveLength(1);
});

test('a late list of what is running does not bring back a turn that has ended', () => {
  const ended = run(joined(1), started(101), finished(102, 'answered'));
  const runs = [
    { turnId: 't', isRun: false, messageId: 'm1', status: 'running', error: null, endedAt: null },
  ];
  const behind = run(ended, frame(hello({ epoch: 'e2', recovered: false, lastSeq: 1 })));
  expect(
    runningIds(run(behind, { type: 'caught-up', missed: behind.missed, snapshot: withRuns(runs) })),
  ).toEqual([]);
});

test('a turn that failed while nobody listened is noted where it happened', () => {
  const error = { detail: 'No credit.' };
  const endedAt = message(2).createdAt;
  const runs = [
    { turnId: 'f', isRun: false, messageId: 'm2', status: 'failed', error, endedAt },
    { turnId: 'r', isRun: false, messageId: 'm3', status: 'running', error: null, endedAt: null },
    { turnId: 'c', isRun: false, messageId: 'm1', status: 'completed', error: null, endedAt },
    {
      turnId: 'old',
      isRun: false,
      messageId: 'm0',
      status: 'failed',
      error,
      endedAt: '2020-01-01T00:00:00.000Z',
    },
  ];
  const state = run(joined(3), { type: 'caught-up', missed: 1, snapshot: withRuns(runs) });
  expect(state.turns.notes).toEqual([
    { id: 'f', workflowRunId: null, kind: 'failed', afterSeq: 2, text: 'No answer: No credit.' },
  ]);
  expect(runningIds(state)).toEqual(['r']);
  const again = run(state, { type: 'caught-up', missed: 1, snapshot: withRuns(runs) });
  expect(again.turns.notes).toHaveLength(1);
});

test('a turn that begins while the record is read is not forgotten by an older record', () => {
  const behind = run(
    joined(1),
    started(101, 'old'),
    frame(hello({ epoch: 'e2', offset: 5, recovered: false })),
  );
  const begun = run(behind, started(6, 'new'));
  const state = run(begun, { type: 'caught-up', missed: begun.missed, snapshot: withRuns([]) });
  expect(runningIds(state)).toEqual(['new']);
});

test('what a policy runs is told below the newest message, with the way to the run', () => {
  const fired = {
    type: 'trigger.fired',
    policyId: 'p',
    name: 'Morning digest',
    eventType: 'timer',
    runId: 'r',
  } as const;
  const state = run(joined(2), event(101, fired), event(101, fired));
  expect(state.turns).toMatchObject({
    running: [],
    notes: [
      { id: 'r', workflowRunId: 'r', kind: 'quiet', afterSeq: 2, text: 'Morning digest runs a workflow.' },
    ],
  });
});

const workflow = { workflowId: 'w', name: 'Ask first' };

test('a turn of a room with a workflow is a run, and its end leads to that run', () => {
  const caughtUp = { type: 'caught-up', missed: 1, snapshot: { ...snapshot, workflow } } as const;
  const running = run(joined(1), caughtUp, started(101));
  expect(running.turns.running).toMatchObject([{ turnId: 't', isRun: true }]);
  expect(run(running, failed(102)).turns.notes).toMatchObject([{ id: 't', workflowRunId: 't' }]);
});

test('a run that waits for people goes on after everything was read again', () => {
  const waiting = {
    turnId: 't',
    isRun: true,
    messageId: 'm1',
    status: 'waiting',
    error: null,
    endedAt: null,
  };
  const state = run(joined(1), { type: 'caught-up', missed: 1, snapshot: withRuns([waiting]) });
  expect(state.turns.running).toMatchObject([{ turnId: 't', isRun: true }]);
});
