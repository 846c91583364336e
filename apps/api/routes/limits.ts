import { ApiError } from '../http/problems';

/** Most of each kind. They keep every list and every lock short; docs/api.md names them. */
export const most = {
  workspacesPerPerson: 100,
  membersPerWorkspace: 10_000,
  coursesPerWorkspace: 1000,
  roomsPerWorkspace: 10_000,
  agentsPerWorkspace: 1000,
  membersPerRoom: 1000,
  workflowsPerWorkspace: 1000,
  triggersPerWorkspace: 1000,
  tasksPerWorkspace: 10_000,
  artifactsPerRoom: 10_000,
  webhooksPerWorkspace: 100,
} as const;

/**
 * @param count how many there are before one is added, counted under a lock.
 * @throws ApiError `limit_reached`
 */
export function within(limit: number, count: number, what: string): void {
  if (count >= limit) throw new ApiError('limit_reached', `There may be at most ${limit} ${what}.`);
}
