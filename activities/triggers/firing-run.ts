import { storable } from '../../infra/database/json-text';
import { roomChannel, type Relay } from '../../infra/relay/relay';
import type { RunStart } from '../../infra/temporal/run-gateway';
import { Prisma } from '../../prisma/generated/client';
import type { Json, JsonObject } from '../../workflows/contracts/json';
import { runWorkflowId } from '../../workflows/contracts/run/run';
import { eventVariable, type FireDecision } from '../../workflows/contracts/triggers/activities';
import type { MessageEventData } from '../../workflows/contracts/triggers/events';
import type { FiringPolicy } from './firing-policy';

/** The run of a firing before its row is made: JSON, so that a queued firing can keep it. */
export interface FiringRun {
  runId: string;
  workspaceId: string;
  roomId: string | null;
  sessionId: string | null;
  policy: { id: string; name: string };
  firingId: string;
  workflowId: string;
  workflowName: string;
  version: number;
  triggerType: string;
  triggerDepth: number;
  triggerMessageId: string | null;
  /** `trigger` in expressions, besides what every run has. */
  triggerData: JsonObject;
  initiatorId: string | null;
  input: Json;
}

export function firingRun(
  { firingId, runId, event, events, count, input }: FireDecision,
  policy: FiringPolicy & { version: number },
  place: { workspaceId: string; roomId: string | null },
): FiringRun {
  const { id, name, workflowId, workflowName, version, createdById } = policy;
  const ofMessage = event.type === 'user_message' || event.type === 'agent_message';
  return {
    ...{ runId, firingId, workflowId, workflowName, version, ...place },
    policy: { id, name },
    sessionId: event.sessionId === place.roomId ? null : event.sessionId,
    triggerType: event.type,
    triggerDepth: event.depth + 1,
    triggerMessageId: ofMessage ? (event.data as unknown as MessageEventData).messageId : null,
    triggerData: {
      ...{ policy: { id, name }, firingId, count },
      event: eventVariable(event),
      events: events.map(eventVariable),
    },
    initiatorId: createdById,
    input,
  };
}

/** Stores the runs' rows; those that are there stay as they are. */
export async function storeFiringRuns(
  tx: Prisma.TransactionClient,
  runs: readonly FiringRun[],
): Promise<void> {
  if (runs.length === 0) return;
  await tx.run.createMany({ data: runs.map(rowOf), skipDuplicates: true });
}

function rowOf(run: FiringRun): Prisma.RunCreateManyInput {
  const { runId: id, workspaceId, roomId, sessionId, workflowId, version, input } = run;
  const { policy, triggerType, triggerDepth, triggerMessageId, initiatorId } = run;
  return {
    ...{ id, workspaceId, roomId, sessionId, workflowId, version },
    ...{ triggerType, triggerDepth, triggerMessageId, initiatorId },
    kind: 'workflow',
    status: 'queued',
    temporalId: runWorkflowId(id),
    // Under the lock of a limited policy, so that the order of its runs is that of their firings.
    createdAt: new Date(),
    triggerPolicyId: policy.id,
    triggerData: storable(run.triggerData) as Prisma.InputJsonObject,
    input: input === null ? Prisma.JsonNull : (storable(input) as Prisma.InputJsonValue),
  };
}

export function startOf(run: FiringRun): RunStart {
  const { runId, workspaceId, roomId, workflowId, workflowName, version, triggerType, policy } = run;
  return {
    ...{ runId, workspaceId, roomId, workflowId, workflowName, version, triggerType },
    initiator: `trigger:${policy.id}`,
  };
}

/** Tells the runs' rooms that a policy fired, once of each firing. */
export async function announceFirings(
  relay: Relay,
  runs: readonly Pick<FiringRun, 'runId' | 'roomId' | 'policy' | 'firingId' | 'triggerType'>[],
): Promise<void> {
  await Promise.all(
    runs.map(async ({ runId, roomId, policy: { id: policyId, name }, firingId, triggerType: eventType }) => {
      if (roomId === null) return;
      const event = { type: 'trigger.fired' as const, policyId, name, eventType, runId };
      await relay.publishOnce(roomChannel(roomId), [{ event, once: firingId }]);
    }),
  );
}
