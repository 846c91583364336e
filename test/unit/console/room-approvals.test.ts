import type { Approval } from '../../../apps/console/src/api/shapes';
import { unreadApprovals } from '../../../apps/console/src/room/approvals';
import type { RoomAction, RoomState } from '../../../apps/console/src/room/room-state';
import { event, frame, hello, joined, me, run, snapshot } from './room-fixture';

const approval = (more: Partial<Approval> = {}): Approval => ({
  id: 'a',
  runId: 'r',
  status: 'pending',
  title: 'Send it?',
  description: '',
  schema: null,
  actions: [{ id: 'approve', label: 'Approve' }],
  quorum: 1,
  action: null,
  decisions: [],
  mayDecide: true,
  requestedAt: '2026-01-01T12:00:00.000Z',
  dueAt: null,
  ...more,
});

const facts = { approvalId: 'a', runId: 'r', nodeKey: 'ask' } as const;
const requested = (offset: number, reminder = 0): RoomAction =>
  event(offset, {
    type: 'approval.requested',
    ...facts,
    title: 'Send it?',
    actions: [{ id: 'approve', label: 'Approve' }],
    assignees: { roles: ['admin'], users: [] },
    reminder,
    escalated: false,
  });
const ended = (offset: number, status: 'timed_out' | 'cancelled'): RoomAction =>
  event(offset, { type: 'approval.decided', ...facts, action: null, status });
const chosen = (offset: number, status: 'voted' | 'decided', userId = 'user-ben'): RoomAction =>
  event(offset, {
    type: 'approval.decided',
    ...facts,
    action: 'approve',
    status,
    by: { userId, name: 'Ben' },
  });
const read = (told: number, view = approval()): RoomAction => ({
  type: 'approval-read',
  approval: view,
  told,
});

const openIds = ({ approvals }: RoomState): string[] => approvals.open.map(({ approvalId }) => approvalId);
const unreadIds = ({ approvals }: RoomState): string[] =>
  unreadApprovals(approvals).map(({ approvalId }) => approvalId);
const notes = ({ turns }: RoomState): string[] => turns.notes.map(({ text }) => text);

const asked = run(joined(3), requested(101), read(1));

test('an approval that is told of has to be read once, since a frame has neither its form nor who may decide', () => {
  const told = run(joined(), requested(101));
  expect([openIds(told), unreadIds(told)]).toEqual([['a'], ['a']]);
  expect(unreadIds(run(told, read(1)))).toEqual([]);
});

test('a reminder makes it be read again, but does not show it twice', () => {
  const reminded = run(asked, requested(102, 1));
  expect([openIds(reminded), unreadIds(reminded)]).toEqual([['a'], ['a']]);
});

test('what is told during a reading has to be read once more', () => {
  expect(unreadIds(run(joined(), requested(101), requested(102, 1), read(1)))).toEqual(['a']);
});

test('a vote that does not settle it leaves it open, to be read again', () => {
  const voted = run(asked, chosen(102, 'voted'));
  expect([openIds(voted), unreadIds(voted), notes(voted)]).toEqual([['a'], ['a'], []]);
});

test.each([
  [chosen(102, 'decided'), ['Ben chose “Approve”: Send it?']],
  [chosen(102, 'decided', me.id), ['You chose “Approve”: Send it?']],
  [ended(102, 'timed_out'), ['Nobody decided in time: Send it?']],
  [ended(102, 'cancelled'), []],
])('it goes when it has ended, and the conversation says how', (end, said) => {
  const state = run(asked, end);
  expect([openIds(state), notes(state)]).toEqual([[], said]);
});

test('the end told by a frame and by a reading is noted once, and a late reading does not bring it back', () => {
  const decisions = [{ userId: 'user-ben', name: 'Ben', action: 'approve', comment: null }];
  const view = approval({ status: 'decided', action: 'approve', decisions });
  const said = ['Ben chose “Approve”: Send it?'];
  expect(notes(run(asked, chosen(102, 'decided'), read(1, view)))).toEqual(said);
  expect(notes(run(asked, read(1, view), chosen(102, 'decided')))).toEqual(said);
  expect(openIds(run(asked, chosen(102, 'decided'), read(1), requested(103, 1)))).toEqual([]);
});

test('after events were missed, what is open is read again, and what is pending elsewhere is added', () => {
  const behind = run(asked, frame(hello({ epoch: 'e2', recovered: false })));
  const approvals = [approval(), approval({ id: 'b' })];
  const state = run(behind, {
    type: 'caught-up',
    missed: behind.missed,
    snapshot: { ...snapshot, approvals },
  });
  expect([openIds(state), unreadIds(state)]).toEqual([['a', 'b'], ['a']]);
  expect(openIds(run(state, { type: 'approval-gone', approvalId: 'a' }))).toEqual(['b']);
});
