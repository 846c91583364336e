/**
 * A room that is written to without a pause gets one: what comes in the last `forMs` of every `everyMs`, by the clock, is held
 * back by who sends it. Then its workflow can continue as new.
 */
export const breather = {
  everyMs: 15_000,
  forMs: 220,
  /** Messages within `everyMs`, through one process, from which a room gets them: others are calm often enough. */
  from: 45,
} as const;
