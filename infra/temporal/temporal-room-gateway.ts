import {
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { ApplicationFailure, TypedSearchAttributes } from '@temporalio/common';
import {
  roomMessages,
  roomWorkflowId,
  roomWorkflowType,
  type RoomState,
  type RoomWorkflowInput,
  type Submission,
} from '../../workflows/contracts/room';
import { createOutbox } from '../outbox/outbox';
import { TurnInProgressError, type RoomAddress, type RoomGateway } from './room-gateway';
import { searchAttributes } from '../../workflows/contracts/search-attributes';
import { createBreathers } from './breathers';
import { callTemporal } from './temporal-call';

export type RoomWorkflow = (input: RoomWorkflowInput) => Promise<void>;

export function createRoomGateway(client: Client): RoomGateway {
  const handle = (roomId: string): ReturnType<typeof client.workflow.getHandle> =>
    client.workflow.getHandle(roomWorkflowId(roomId));

  const call = <T>(request: () => Promise<T>): Promise<T> => callTemporal(client, request);

  const breathe = createBreathers();
  const outbox = createOutbox<RoomAddress, Submission>(async (room, submissions) => {
    await breathe(room.roomId, submissions.length);
    await call(() =>
      client.workflow.signalWithStart<RoomWorkflow, [Submission[]]>(roomWorkflowType, {
        ...roomStartOptions(room, submissions[0]?.author.name ?? 'system'),
        signal: roomMessages.submit,
        signalArgs: [submissions],
      }),
    );
  });

  return {
    submit: (room, submission) => outbox.send(room.roomId, room, submission),

    async submitOrReject(room, submission) {
      const startWorkflowOperation = new WithStartWorkflowOperation<RoomWorkflow>(roomWorkflowType, {
        ...roomStartOptions(room, submission.author.name),
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
      try {
        await call(() =>
          client.workflow.executeUpdateWithStart<RoomWorkflow, boolean, [Submission]>(
            roomMessages.submitOrReject,
            {
              args: [submission],
              startWorkflowOperation,
            },
          ),
        );
      } catch (error) {
        const refused =
          error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure;
        if (refused && error.cause.type === 'turn_in_progress') throw new TurnInProgressError();
        throw error;
      }
    },

    async cancelTurn(roomId, request) {
      await ignoreMissing(call(() => handle(roomId).signal(roomMessages.cancelTurn, request)));
    },

    async endTurn(roomId, end) {
      await ignoreMissing(call(() => handle(roomId).signal(roomMessages.turnEnded, end)));
    },

    async close(roomId) {
      await ignoreMissing(call(() => handle(roomId).signal(roomMessages.close)));
    },

    async state(roomId) {
      return ignoreMissing(call(() => handle(roomId).query<RoomState>(roomMessages.state)));
    },
  };
}

/**
 * A room's workflow lives as long as the room: a message starts it when it is not running, whatever became of an
 * earlier one, and joins it when it is.
 */
export function roomStartOptions(room: RoomAddress, initiator: string): WorkflowStartOptions<RoomWorkflow> {
  return {
    workflowId: roomWorkflowId(room.roomId),
    taskQueue: 'control',
    args: [{ roomId: room.roomId, workspaceId: room.workspaceId }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchAttributes.WorkspaceId, value: room.workspaceId },
      { key: searchAttributes.RoomId, value: room.roomId },
      { key: searchAttributes.Initiator, value: initiator },
    ]),
    staticSummary: 'Room: stores its messages in order and runs its turns',
  };
}

async function ignoreMissing<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
