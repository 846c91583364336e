import { ApiError } from '../http/problems';

/** Runs work while a place is free, in the order of arrival. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Bounds password hashing: each takes a thread of Node's pool and 19 MiB, and anybody can ask for one.
 * @param places how many run at once.
 * @param waiting how many more may wait; beyond that ApiError `overloaded`.
 */
export function createGate(places: number, waiting: number): Gate {
  let free = places;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else if (queue.length < waiting) await new Promise<void>((resume) => queue.push(resume));
    else
      throw new ApiError('overloaded', 'Too many sign-ins at once. Try again in a moment.', {
        retryAfter: 2,
      });
    try {
      return await work();
    } finally {
      // The place goes straight to the next in line, so that no newcomer slips in between.
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
