import type { Progress } from './embedded-server';

/** Shows a person what is going on. */
export interface Report {
  /**
   * Shows a piece of work with its elapsed time, and how it ended. Several may be under way at once.
   * @param done what to say of the result.
   */
  step<T>(title: string, work: (progress: Progress) => Promise<T>, done?: (result: T) => string): Promise<T>;
  /** Says something between the steps. */
  note(line: string): void;
}
