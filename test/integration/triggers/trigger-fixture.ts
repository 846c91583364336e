import { randomUUID } from 'node:crypto';
import { createTriggerActivities } from '../../../activities/triggers/trigger-activities';
import { createSchemaChecker } from '../../../infra/json-schema/schema-checker';
import type { Prisma, TriggerFiring } from '../../../prisma/generated/client';
import { roomWorkflowId } from '../../../workflows/contracts/room';
import type {
  DecisionBatch,
  FireDecision,
  SkipDecision,
  SweepActivities,
  TriggerActivities,
} from '../../../workflows/contracts/triggers/activities';
import type { TriggerEvent } from '../../../workflows/contracts/triggers/events';
import { hostMessages, triggersWorkflowId } from '../../../workflows/contracts/triggers/host';
import { openRunFixture, terminate, type RunFixture } from '../runs/run-fixture';

/** A workspace of its own with a room and a published workflow, and policies to try things on. */
export interface TriggerFixture extends RunFixture {
  activities: TriggerActivities & SweepActivities;
  newPlace(): Promise<Place>;
  newPolicy(place: Place, policy?: Partial<Prisma.TriggerPolicyUncheckedCreateInput>): Promise<string>;
  newSubscription(place: Place, eventTypes: string[], roomId?: string): Promise<string>;
  firingsOf(policyId: string): Promise<TriggerFiring[]>;
  /** Events that a room, or a workspace's host, was sent. */
  sentTo(host: { roomId: string } | { workspaceId: string }): Promise<TriggerEvent[]>;
  close(): Promise<void>;
}

export interface Place {
  workspaceId: string;
  roomId: string;
  workflowId: string;
}

/** @param databaseUrl default: the database of the test run. */
export function openTriggerFixture(databaseUrl?: string): TriggerFixture {
  const base = openRunFixture(databaseUrl);
  const { database, client } = base;
  const workspaces: string[] = [];

  return {
    ...base,
    activities: createTriggerActivities({ ...base, schemas: createSchemaChecker() }),

    async newPlace() {
      const workspaceId = await base.newWorkspace();
      const [roomId, workflowId] = await Promise.all([
        base.newRoom(workspaceId),
        base.newWorkflow(workspaceId),
      ]);
      workspaces.push(workspaceId);
      return { workspaceId, roomId, workflowId };
    },

    async newPolicy({ workspaceId, workflowId }, policy = {}) {
      const { id } = await database.triggerPolicy.create({
        data: { workspaceId, workflowId, name: 'Rule', eventType: 'user_message', ...policy },
      });
      return id;
    },

    async newSubscription({ workspaceId }, eventTypes, roomId) {
      const { id } = await database.webhookSubscription.create({
        data: {
          workspaceId,
          name: 'S',
          url: 'https://example.org',
          eventTypes,
          secrets: [],
          roomId: roomId ?? null,
        },
      });
      return id;
    },

    firingsOf: (policyId) =>
      database.triggerFiring.findMany({
        where: { policyId },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      }),

    async sentTo(host) {
      const id = 'roomId' in host ? roomWorkflowId(host.roomId) : triggersWorkflowId(host.workspaceId);
      const { events } = await client.workflow.getHandle(id).fetchHistory();
      return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => {
        if (signal?.signalName !== hostMessages.events) return [];
        const [payload] = signal.input?.payloads ?? [];
        return JSON.parse(Buffer.from(payload?.data ?? []).toString()) as TriggerEvent[];
      });
    },

    async close() {
      const rooms = await database.room.findMany({ where: { workspaceId: { in: workspaces } } });
      const hosts = [...rooms.map(({ id }) => roomWorkflowId(id)), ...workspaces.map(triggersWorkflowId)];
      // Workers of later files would serve them: sweep, deliver, start what is queued.
      await database.triggerEvent.deleteMany({ where: { workspaceId: { in: workspaces } } });
      await database.workspace.deleteMany({ where: { id: { in: workspaces } } });
      await Promise.all(hosts.map((id) => terminate(client.workflow.getHandle(id))));
      await base.close();
    },
  };
}

export const eventOf = (sessionId: string | null, more: Partial<TriggerEvent> = {}): TriggerEvent => {
  const id = randomUUID();
  return {
    ...{ id, type: 'user_message', at: Date.now(), depth: 0, sessionId },
    data: {
      messageId: id,
      text: 'Hello',
      author: { kind: 'user', id: null, name: 'Ann', role: 'student' },
      mentions: [],
    },
    ...more,
  };
};

export function fireOf(
  policyId: string,
  event: TriggerEvent,
  more: Partial<FireDecision> = {},
): FireDecision {
  const ids = { firingId: randomUUID(), runId: randomUUID() };
  return {
    type: 'fire',
    ...ids,
    policyId,
    event,
    events: [event],
    count: 1,
    input: { text: 'Hello' },
    ...more,
  };
}

export function skipOf(
  policyId: string,
  event: TriggerEvent,
  more: Partial<SkipDecision> = {},
): SkipDecision {
  const reason = { reason: 'cooldown' as const, detail: null };
  return { type: 'skip', firingId: randomUUID(), policyId, ...reason, event, count: 1, ...more };
}

export const batchOf = (
  { workspaceId, roomId }: { workspaceId: string; roomId: string | null },
  ...decisions: DecisionBatch['decisions']
): DecisionBatch => ({ workspaceId, roomId, decisions });
