import { ApiError } from '../http/problems';

/** Bounds the open WebSockets of this process. */
export interface Slots {
  /**
   * Takes a place until the returned function is called (more than once does no harm).
   * @throws ApiError `rate_limited` when the person has too many, `overloaded` when the process has.
   */
  take(userId: string): () => void;
}

export interface SlotLimits {
  perUser: number;
  total: number;
}

/** Seconds until another attempt may find a place. */
const retryAfter = 5;

export function createSlots({ perUser, total }: SlotLimits): Slots {
  const users = new Map<string, number>();
  let taken = 0;

  return {
    take(userId) {
      const own = users.get(userId) ?? 0;
      if (own >= perUser)
        throw new ApiError('rate_limited', `At most ${String(perUser)} WebSockets a person may be open.`, {
          retryAfter,
        });
      if (taken >= total)
        throw new ApiError('overloaded', 'Too many WebSockets are open here.', { retryAfter });
      users.set(userId, own + 1);
      taken += 1;
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        taken -= 1;
        const left = (users.get(userId) ?? 1) - 1;
        if (left === 0) users.delete(userId);
        else users.set(userId, left);
      };
    },
  };
}
