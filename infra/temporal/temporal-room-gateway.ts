import {
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
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
import { createRoomOutbox } from './room-outbox';
import {
  TemporalUnavailableError,
  TurnInProgressError,
  type RoomAddress,
  type RoomGateway,
} from './room-gateway';
import { searchAttributes } from './search-attributes';

/** How long Temporal may take to store a message, in milliseconds. */
const callDeadlineMs = 5000;

type RoomWorkflow = (input: RoomWorkflowInput) => Promise<void>;

export function createRoomGateway(client: Client): RoomGateway {
  const handle = (roomId: string): ReturnType<typeof client.workflow.getHandle> =>
    client.workflow.getHandle(roomWorkflowId(roomId));

  const outbox = createRoomOutbox<RoomAddress, Submission>(async (room, submissions) => {
    await call(() =>
      client.workflow.signalWithStart<RoomWorkflow, [Submission[]]>(roomWorkflowType, {
        ...startOptions(room, submissions[0]?.author.name ?? 'system'),
        signal: roomMessages.submit,
        signalArgs: [submissions],
      }),
    );
  });

  return {
    submit: (room, submission) => outbox.send(room.roomId, room, submission),

    async submitOrReject(room, submission) {
      const startWorkflowOperation = new WithStartWorkflowOperation<RoomWorkflow>(roomWorkflowType, {
        ...startOptions(room, submission.author.name),
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

    async close(roomId) {
      await ignoreMissing(call(() => handle(roomId).signal(roomMessages.close)));
    },

    async state(roomId) {
      return ignoreMissing(call(() => handle(roomId).query<RoomState>(roomMessages.state)));
    },
  };

  async function call<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await client.withDeadline(Date.now() + callDeadlineMs, request);
    } catch (error) {
      if (isUnavailable(error)) throw new TemporalUnavailableError({ cause: error });
      throw error;
    }
  }
}

/**
 * A room's workflow lives as long as the room: a message starts it when it is not running, whatever became of an
 * earlier one, and joins it when it is. Its tasks time out soon, so that a killed worker is noticed soon.
 */
function startOptions(room: RoomAddress, initiator: string): WorkflowStartOptions<RoomWorkflow> {
  return {
    workflowId: roomWorkflowId(room.roomId),
    taskQueue: 'control',
    args: [{ roomId: room.roomId, workspaceId: room.workspaceId }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowTaskTimeout: '5s',
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

/** gRPC status codes that mean "try again": CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE. */
const retryableCodes = new Set([1, 4, 8, 10, 14]);

function isUnavailable(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause) && retryableCodes.has(cause.code)) return true;
    // The connection's own error when it cannot be opened in time.
    if (cause.message.includes('Failed to connect before the deadline')) return true;
  }
  return false;
}
