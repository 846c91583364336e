import { breather } from '../../workflows/contracts/breather';

/** @returns waits while a room that is written to all the time has a breather; to be asked before each sending. */
export function createBreathers(): (roomId: string, messages: number) => Promise<void> {
  const { everyMs, forMs, from } = breather;
  /** Messages of each room since the last breather. */
  const counts = new Map<string, number>();
  let period = 0;

  return async (roomId, messages) => {
    const now = Date.now();
    if (Math.floor(now / everyMs) !== period) {
      period = Math.floor(now / everyMs);
      counts.clear();
    }
    const count = (counts.get(roomId) ?? 0) + messages;
    counts.set(roomId, count);
    const left = everyMs - (now % everyMs);
    if (left <= forMs && count >= from) await new Promise((resolve) => setTimeout(resolve, left));
  };
}
