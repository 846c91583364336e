import type { Client, WorkflowStartOptions } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { roomWorkflowType } from '../../workflows/contracts/room';
import { searchAttributes } from '../../workflows/contracts/search-attributes';
import type { TriggerEvent } from '../../workflows/contracts/triggers/events';
import {
  hostMessages,
  triggersWorkflowId,
  triggersWorkflowType,
  type TriggersWorkflowInput,
} from '../../workflows/contracts/triggers/host';
import { createOutbox } from '../outbox/outbox';
import { callTemporal } from './temporal-call';
import { roomStartOptions, type RoomWorkflow } from './temporal-room-gateway';
import type { SentEvent, TriggerGateway } from './trigger-gateway';

type TriggersWorkflow = (input: TriggersWorkflowInput) => Promise<void>;

export function createTriggerGateway(client: Client): TriggerGateway {
  const outbox = createOutbox<Omit<SentEvent, 'event'>, TriggerEvent>(
    async ({ workspaceId, roomId }, events) => {
      const signal = { signal: hostMessages.events, signalArgs: [events] as [TriggerEvent[]] };
      await callTemporal<unknown>(client, () =>
        roomId === null
          ? client.workflow.signalWithStart<TriggersWorkflow, [TriggerEvent[]]>(triggersWorkflowType, {
              ...startOptions(workspaceId),
              ...signal,
            })
          : client.workflow.signalWithStart<RoomWorkflow, [TriggerEvent[]]>(roomWorkflowType, {
              ...roomStartOptions({ roomId, workspaceId }, 'platform'),
              ...signal,
            }),
      );
    },
  );
  return {
    send: ({ event, ...host }) => outbox.send(host.roomId ?? host.workspaceId, host, event),
  };
}

/** It lives as long as the workspace has events: one starts it when it is not running, and joins it when it is. */
const startOptions = (workspaceId: string): WorkflowStartOptions<TriggersWorkflow> => ({
  workflowId: triggersWorkflowId(workspaceId),
  taskQueue: 'control',
  args: [{ workspaceId }],
  workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  typedSearchAttributes: new TypedSearchAttributes([
    { key: searchAttributes.WorkspaceId, value: workspaceId },
    { key: searchAttributes.Initiator, value: 'platform' },
  ]),
  staticSummary: 'Decides which trigger policies answer events that belong to no room',
});
