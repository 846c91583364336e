import type { MessageView } from '../../../../workflows/contracts/events';
import type { Client } from '../api/client';
import type { Approval, Run } from '../api/shapes';
import { newestHole, newestSeq } from './message-log';
import type { RoomAction, RoomState } from './room-state';

const firstPage = 60;
const largestPage = 200;
/** With more missed than this, the conversation is shown from its end again. */
const readAtMost = 1000;
const recentRuns = 50;
/** Most runs whose pending approvals are read; the newest count. */
const mostWaiting = 50;

export interface Reading {
  client: Pick<
    Client,
    'room' | 'roomWorkflow' | 'members' | 'readMarkers' | 'runs' | 'approvals' | 'messages'
  >;
  roomId: string;
  state: () => RoomState;
  dispatch: (action: RoomAction) => void;
}

/** Reads the newest messages, for a first look. */
export async function readNewest({ client, roomId, dispatch }: Reading): Promise<void> {
  dispatch({ type: 'history', items: await client.messages(roomId, { limit: firstPage }) });
}

/** Reads what was not heard: messages without a gap, then members, settings, markers, turns and approvals. */
export async function catchUp(reading: Reading): Promise<void> {
  const { client, roomId, state, dispatch } = reading;
  const { missed } = state();
  const others = Promise.all([
    client.room(roomId),
    client.roomWorkflow(roomId),
    client.members(roomId),
    client.readMarkers(roomId),
    readRuns(reading),
  ]);
  // Awaited below; should the messages fail first, its failure is not unhandled.
  others.catch(() => undefined);
  await readMissedMessages(reading);
  const [{ name, turnPolicy, agentReplies }, workflow, members, markers, { turns, approvals }] = await others;
  dispatch({
    type: 'caught-up',
    missed,
    snapshot: {
      settings: { name, turnPolicy, agentReplies },
      workflow,
      members,
      markers,
      approvals,
      runs: turns.map(({ id, kind, triggerMessageId, status, error, endedAt }) => ({
        turnId: id,
        isRun: kind === 'workflow',
        messageId: triggerMessageId,
        status,
        error,
        endedAt,
      })),
    },
  });
}

/** The newest turns, and what is asked of people. A run may wait for weeks, so it need not be one of the newest. */
async function readRuns({ client, roomId }: Reading): Promise<{ turns: Run[]; approvals: Approval[] }> {
  const [recent, waiting] = await Promise.all([
    client.runs({ roomId, limit: recentRuns }),
    client.runs({ roomId, limit: mostWaiting, status: 'waiting' }),
  ]);
  const goingOn = [...recent, ...waiting].filter(
    ({ kind, endedAt }) => kind === 'workflow' && endedAt === null,
  );
  const asking = [...new Set(goingOn.map(({ id }) => id))].slice(0, mostWaiting);
  const approvals = await Promise.all(asking.map((runId) => client.approvals(runId)));
  const runs = new Map([...recent, ...waiting].map((run) => [run.id, run]));
  return { turns: [...runs.values()].filter(isTurn), approvals: approvals.flat() };
}

/** Runs that a request or another run started belong to the room, but answer no message. */
const isTurn = ({ kind, triggerType }: Run): boolean => kind === 'turn' || triggerType === 'message';

async function readMissedMessages(reading: Reading): Promise<void> {
  const { client, roomId, state, dispatch } = reading;
  if (state().log.items.length === 0) {
    await readNewest(reading);
    return;
  }
  // The last one known may not be the last one there is.
  const after = newestSeq(state().log);
  dispatch({ type: 'history', items: await client.messages(roomId, { after, limit: largestPage }) });
  for (;;) {
    const hole = newestHole(state().log);
    if (hole === null) return;
    if (hole.before - hole.after > readAtMost) {
      dispatch({ type: 'restart', items: await client.messages(roomId, { limit: firstPage }) });
      return;
    }
    const items: MessageView[] = await client.messages(roomId, { ...hole, limit: largestPage });
    // The record is behind what was announced, which cannot last.
    if (items.length === 0) throw new Error(`Messages ${hole.after} to ${hole.before} are not there yet.`);
    dispatch({ type: 'history', items });
  }
}
