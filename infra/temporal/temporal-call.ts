import {
  isGrpcServiceError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { TemporalUnavailableError } from './room-gateway';

/** How long Temporal may take to take a request, in milliseconds. */
const callDeadlineMs = 5000;

/**
 * Makes a request of Temporal that is answered soon or not at all.
 * @throws TemporalUnavailableError when it is not answered in time; what the request throws otherwise.
 */
export async function callTemporal<T>(
  client: Client,
  request: () => Promise<T>,
  deadlineMs = callDeadlineMs,
): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + deadlineMs, request);
  } catch (error) {
    if (isUnavailable(error)) throw new TemporalUnavailableError({ cause: error });
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
