/** Begins a text that says when it was sent, in nanoseconds of the machine's monotonic clock. */
export const timeMark = 't:';

export interface CrowdResult {
  /** Messages received, over all sockets. */
  received: number;
  /** Messages whose seq did not follow the one before on the same socket. */
  outOfOrder: number;
  /** Sockets that the server closed. */
  lost: number;
  /** From posting to arrival, in milliseconds. */
  p50: number;
  p99: number;
  max: number;
}
