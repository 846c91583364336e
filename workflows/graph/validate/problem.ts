import type { GraphProblem, ProblemCode } from '../../contracts/graph/problems';

/** Where a problem is. */
export type Place = Pick<GraphProblem, 'nodeId' | 'edgeId' | 'path'>;

export const problem = (code: ProblemCode, message: string, place: Place = {}): GraphProblem => ({
  code,
  severity: 'error',
  ...place,
  message,
});

export const warning = (code: ProblemCode, message: string, place: Place = {}): GraphProblem => ({
  ...problem(code, message, place),
  severity: 'warning',
});
