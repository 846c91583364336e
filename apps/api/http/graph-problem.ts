import { z } from 'zod';
import {
  problemCodes,
  type GraphProblem,
  type ProblemCode,
} from '../../../workflows/contracts/graph/problems';

const codes = Object.entries(problemCodes);

/** What is wrong with a graph. */
export const graphProblem = z
  .object({
    code: z.enum(codes.map(([code]) => code) as [ProblemCode, ...ProblemCode[]]),
    severity: z.enum(['error', 'warning']).meta({ description: 'An `error` blocks publishing.' }),
    nodeId: z.string().optional(),
    edgeId: z.string().optional(),
    path: z.string().optional().meta({ description: 'Within the node or edge, or within the document.' }),
    message: z.string().meta({ description: 'Says what to do.' }),
  })
  .meta({
    id: 'GraphProblem',
    description: codes.map(([code, meaning]) => `- \`${code}\`: ${meaning}`).join('\n'),
  });

export const graphProblemExample: GraphProblem = {
  code: 'switch_without_else',
  severity: 'error',
  nodeId: 'urgent',
  message: 'Add an edge from `else`, for when no case matches.',
};
