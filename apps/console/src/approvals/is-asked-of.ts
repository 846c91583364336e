import type { Approval } from '../api/shapes';

/** Whether somebody is asked and has not decided yet. */
export const isAskedOf = ({ mayDecide, decisions }: Approval, userId: string): boolean =>
  mayDecide && !decisions.some((decision) => decision.userId === userId);
