import type { ServerResponse } from 'node:http';

/** Waits, but no longer than the client stays connected: no timer outlives its request. */
export function pause(response: ServerResponse, ms: number): Promise<void> {
  if (ms <= 0 || response.closed) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      response.off('close', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    response.once('close', wake);
  });
}
