import { createHash } from 'node:crypto';
import type { Prisma } from '../../../prisma/generated/client';
import type { CompiledGraph } from '../../../workflows/contracts/graph/compiled';
import type { GraphDocument } from '../../../workflows/contracts/graph/document';
import type { GraphProblem } from '../../../workflows/contracts/graph/problems';
import { canonicalJson, compileGraph } from '../../../workflows/graph/compile';
import { validateGraph } from '../../../workflows/graph/validate';
import { ApiError } from '../http/problems';
import { readCatalogue } from './catalogue';
import { schemas } from './schemas';

/** Whose graph it is. */
export interface GraphOwner {
  workspaceId: string;
  /** null: not saved yet. */
  workflowId: string | null;
}

/** Every problem of a graph, in its workspace as it is now. @param document any JSON. */
export async function checkGraph(
  db: Prisma.TransactionClient,
  { workspaceId, workflowId }: GraphOwner,
  document: unknown,
): Promise<GraphProblem[]> {
  return validateGraph(document, await readCatalogue(db, workspaceId, workflowId, document), schemas);
}

export const hasErrors = (problems: readonly GraphProblem[]): boolean =>
  problems.some(({ severity }) => severity === 'error');

export interface CompiledDraft {
  compiled: CompiledGraph;
  /** SHA-256, hex: names the meaning. */
  hash: string;
}

/** @throws ApiError `graph_invalid` with the problems */
export async function compileDraft(
  db: Prisma.TransactionClient,
  { workspaceId, workflowId }: GraphOwner,
  document: unknown,
): Promise<CompiledDraft> {
  const catalogue = await readCatalogue(db, workspaceId, workflowId, document);
  const problems = validateGraph(document, catalogue, schemas);
  if (hasErrors(problems)) throw graphInvalid(problems);
  const compiled = compileGraph(document as GraphDocument, catalogue);
  return { compiled, hash: createHash('sha256').update(canonicalJson(compiled)).digest('hex') };
}

function graphInvalid(problems: readonly GraphProblem[]): ApiError {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const count = errors.length === 1 ? '1 error' : `${String(errors.length)} errors`;
  return new ApiError('graph_invalid', `The graph has ${count}.`, {
    errors: errors.map((problem) => ({
      path: pathOf(problem),
      code: problem.code,
      message: problem.message,
    })),
    details: { problems },
  });
}

const pathOf = ({ nodeId, edgeId, path }: GraphProblem): string =>
  [
    'graph',
    ...(nodeId === undefined ? [] : ['nodes', nodeId]),
    ...(edgeId === undefined ? [] : ['edges', edgeId]),
    ...(path === undefined ? [] : [path]),
  ].join('.');
