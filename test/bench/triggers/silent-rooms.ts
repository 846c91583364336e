import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sweepSilences } from '../../../activities/triggers/sweep-silences';
import { createDatabase } from '../../../infra/database/client';
import { createClaimCheck } from '../../../infra/temporal/claim-check';
import { createTemporalClient } from '../../../infra/temporal/client';
import { createTriggerGateway } from '../../../infra/temporal/temporal-trigger-gateway';
import { roomWorkflowId } from '../../../workflows/contracts/room';
import { hostMessages, type HostProgress } from '../../../workflows/contracts/triggers/host';
import { inLanes } from '../flood';
import type { Servers } from '../servers';

/** Many rooms of one workspace in which nobody has written for about a day, and a policy that waits for a day of silence. */
export interface SilentRooms {
  readonly count: number;
  /** Starts the workflows of the rooms whose silence is due in this minute. */
  wake(minute: number): Promise<void>;
  /** Sweeps this minute. @returns how long it took, in milliseconds. */
  sweep(minute: number): Promise<number>;
  /** Resolves once the rooms of this minute have read the policy. */
  settled(minute: number): Promise<void>;
  close(): Promise<void>;
}

/** In how many rooms a silence is due each minute. */
export const roomsEachMinute = 100;

const minuteMs = 60_000;
const thresholdMinutes = 24 * 60;
const lanes = 10;
const patienceMs = 60_000;

export async function openSilentRooms(
  { temporal, databaseUrl }: Servers,
  count: number,
): Promise<SilentRooms> {
  const database = createDatabase(databaseUrl, 2);
  const client = createTemporalClient(temporal, [createClaimCheck(database)]);
  const triggers = createTriggerGateway(client);
  // So far ahead that no room's time comes while the bench runs.
  const firstDue = Date.now() + 60 * minuteMs;
  const { id: workspaceId } = await database.workspace.create({
    data: { slug: randomUUID(), name: 'Silent', triggersVersion: 1 },
  });
  const { id: workflowId } = await database.workflow.create({
    data: { workspaceId, name: 'Wake up', draft: {} },
  });
  const { id: policyId } = await database.triggerPolicy.create({
    data: {
      ...{ workspaceId, workflowId, name: 'Silence', eventType: 'silence', thresholdMinutes },
      ...{ createdAt: new Date(firstDue - 2 * thresholdMinutes * minuteMs), sweptUntil: new Date(firstDue) },
    },
  });
  // From the tenth to the fiftieth second: sweeps look back a little, and shall find the rooms of one minute only.
  await database.$executeRaw`
    INSERT INTO rooms (id, workspace_id, name, last_seq, last_user_seq, last_message_at)
    SELECT gen_random_uuid(), ${workspaceId}::uuid, 'Room ' || n, 5, 4,
      ${new Date(firstDue - thresholdMinutes * minuteMs)}::timestamptz + (n / ${roomsEachMinute}::int) * interval '1 minute'
        + interval '10 seconds' + (n % ${roomsEachMinute}::int) * interval '0.4 seconds'
    FROM generate_series(0, ${count}::int - 1) n`;
  await database.$executeRaw`ANALYZE rooms`;

  const dueAt = (minute: number): Date => new Date(firstDue + minute * minuteMs);
  const saidAt = (minute: number): Date => new Date(firstDue + (minute - thresholdMinutes) * minuteMs);

  async function idsOf(minute: number): Promise<string[]> {
    const rooms = await database.room.findMany({
      where: { workspaceId, lastMessageAt: { gt: saidAt(minute), lte: saidAt(minute + 1) } },
      select: { id: true },
    });
    return rooms.map(({ id }) => id);
  }

  async function hasRead(roomId: string): Promise<boolean> {
    const room = client.workflow.getHandle(roomWorkflowId(roomId));
    const { policies } = await room.query<HostProgress>(hostMessages.progress);
    return policies > 0;
  }

  async function settled(minute: number): Promise<void> {
    const ids = await idsOf(minute);
    const deadline = Date.now() + patienceMs;
    await inLanes(ids.length, lanes, async (index) => {
      while (!(await hasRead(ids[index] ?? ''))) {
        if (Date.now() > deadline) throw new Error('The rooms did not read their policies.');
        await sleep(20);
      }
    });
  }

  return {
    count,
    async wake(minute) {
      const ids = await idsOf(minute);
      await inLanes(ids.length, lanes, async (index) => {
        const roomId = ids[index] ?? '';
        await triggers.send({
          ...{ workspaceId, roomId },
          event: {
            ...{ id: randomUUID(), type: 'member_joined', at: Date.now(), depth: 0, sessionId: roomId },
            data: { member: { id: randomUUID(), kind: 'user', name: 'Ann' } },
          },
        });
      });
      await settled(minute);
    },
    async sweep(minute) {
      await database.triggerPolicy.update({ where: { id: policyId }, data: { sweptUntil: dueAt(minute) } });
      const begun = performance.now();
      const { rooms } = await sweepSilences(
        { database, triggers },
        { policyId, until: dueAt(minute + 1).getTime() },
      );
      const took = performance.now() - begun;
      if (rooms !== roomsEachMinute) throw new Error(`A sweep found ${rooms} rooms.`);
      return took;
    },
    settled,
    async close() {
      await database.workspace.delete({ where: { id: workspaceId } });
      await Promise.all([database.$disconnect(), client.connection.close()]);
    },
  };
}
