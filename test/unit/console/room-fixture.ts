import { reduceRoom } from '../../../apps/console/src/room/room-reducer';
import {
  initialRoom,
  type RoomAction,
  type RoomSnapshot,
  type RoomState,
} from '../../../apps/console/src/room/room-state';
import type { ChannelEvent, MessageView, ServerFrame } from '../../../workflows/contracts/events';

export const me = { id: 'user-me' };
export const other = { kind: 'user', id: 'user-tom', name: 'Tom' } as const;
export const teacher = { kind: 'agent', id: 'agent-teacher', name: 'Teacher' } as const;

export const message = (seq: number, more: Partial<MessageView> = {}): MessageView => ({
  id: `m${seq}`,
  seq,
  roomId: 'room',
  author: other,
  text: `message ${seq}`,
  mentions: [],
  createdAt: new Date(Date.UTC(2026, 0, 1, 12, seq)).toISOString(),
  ...more,
});

type Hello = Extract<ServerFrame, { type: 'hello' }>;

export const hello = (more: Partial<Hello> = {}): Hello => ({
  type: 'hello',
  epoch: 'e1',
  offset: 100,
  recovered: true,
  lastSeq: 0,
  readSeq: 0,
  unread: 0,
  online: [],
  ...more,
});

export const now = Date.UTC(2026, 0, 1, 13);

export const frame = (content: ServerFrame): RoomAction => ({ type: 'frame', frame: content, at: now });

export const event = (offset: number, content: ChannelEvent): RoomAction => frame({ ...content, offset });

export const run = (state: RoomState, ...actions: RoomAction[]): RoomState =>
  actions.reduce(reduceRoom, state);

/** A room as it was read, with nobody and nothing in it. */
export const snapshot: RoomSnapshot = {
  settings: { name: 'Room', turnPolicy: 'enqueue', agentReplies: 'auto' },
  members: [],
  markers: [],
  runs: [],
  workflow: null,
  approvals: [],
};

/** A room that was just joined, with messages 1 to `count`. */
export const joined = (count = 0): RoomState =>
  run(
    initialRoom(me),
    { type: 'history', items: Array.from({ length: count }, (_, index) => message(index + 1)) },
    frame(hello({ lastSeq: count, readSeq: count })),
    { type: 'caught-up', missed: 1, snapshot },
  );

export const seqs = ({ log }: RoomState): number[] => log.items.map(({ seq }) => seq);
