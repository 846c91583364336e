import type { MessageView } from '../../../../workflows/contracts/events';
import type { Client } from '../api/client';
import { newestHole, newestSeq } from './message-log';
import type { RoomAction, RoomState } from './room-state';

const firstPage = 60;
const largestPage = 200;
/** With more missed than this, the conversation is shown from its end again. */
const readAtMost = 1000;
const recentRuns = 50;

export interface Reading {
  client: Pick<Client, 'room' | 'members' | 'readMarkers' | 'runs' | 'messages'>;
  roomId: string;
  state: () => RoomState;
  dispatch: (action: RoomAction) => void;
}

/** Reads the newest messages, for a first look. */
export async function readNewest({ client, roomId, dispatch }: Reading): Promise<void> {
  dispatch({ type: 'history', items: await client.messages(roomId, { limit: firstPage }) });
}

/** Reads what was not heard: messages without a gap, then members, settings, markers and turns. */
export async function catchUp(reading: Reading): Promise<void> {
  const { client, roomId, state, dispatch } = reading;
  const { missed } = state();
  const others = Promise.all([
    client.room(roomId),
    client.members(roomId),
    client.readMarkers(roomId),
    client.runs(roomId, recentRuns),
  ]);
  // Awaited below; should the messages fail first, its failure is not unhandled.
  others.catch(() => undefined);
  await readMissedMessages(reading);
  const [{ name, turnPolicy, agentReplies }, members, markers, runs] = await others;
  dispatch({
    type: 'caught-up',
    missed,
    snapshot: {
      settings: { name, turnPolicy, agentReplies },
      members,
      markers,
      runs: runs.map(({ id, triggerMessageId, status, error, endedAt }) => ({
        turnId: id,
        messageId: triggerMessageId,
        status,
        error,
        endedAt,
      })),
    },
  });
}

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
