import { defaultHandle, errorHandle, type GraphNode, type NodeData } from '../../contracts/graph/document';
import type { SchemaChecker } from '../../contracts/graph/catalogue';
import type { GraphProblem } from '../../contracts/graph/problems';
import { dataSchema } from '../json-schema';
import { nodeKinds } from '../kinds';
import type { CheckContext, NodeKind } from '../node-kind';
import { problem, warning } from './problem';

/** A node's kind, when the node is of a known kind and version and its data has the kind's shape. */
export function kindOf(
  node: GraphNode,
  schemas: SchemaChecker,
): { kind: NodeKind } | { problems: GraphProblem[] } {
  const nodeId = node.id;
  const kind = nodeKinds.get(node.type);
  if (!kind) {
    const message = `There is no kind "${node.type}". The kinds are: ${[...nodeKinds.keys()].join(', ')}.`;
    return { problems: [problem('unknown_kind', message, { nodeId, path: 'type' })] };
  }
  const { version } = node.data;
  if (Number.isInteger(version) && version !== kind.version) {
    const message = `The newest version of "${kind.kind}" is ${kind.version}; ${version} does not exist.`;
    return { problems: [problem('unknown_kind_version', message, { nodeId, path: 'data.version' })] };
  }
  const issues = schemas.check(schemaOf(kind), node.data);
  if (issues.length === 0) return { kind };
  return {
    problems: issues.map(({ path, message }) =>
      problem('invalid_shape', message, { nodeId, path: path === '' ? 'data' : `data.${path}` }),
    ),
  };
}

const dataSchemas = new Map([...nodeKinds.values()].map((kind) => [kind, dataSchema(kind)]));
const schemaOf = (kind: NodeKind): ReturnType<typeof dataSchema> => dataSchemas.get(kind) ?? dataSchema(kind);

/** Ways out of a node, with `error` where it has one. */
export const waysOut = (kind: NodeKind, { data }: GraphNode): string[] => [
  ...kind.handles(data as never),
  ...(data.onError === 'branch' ? [errorHandle] : []),
];

/** What is wrong with a node whose data has its shape, besides its expressions. */
export function checkNode(kind: NodeKind, node: GraphNode, context: CheckContext): GraphProblem[] {
  const own = kind.check?.(node as never, context) ?? [];
  return [
    ...own.map((each) => ({ severity: 'error' as const, nodeId: node.id, ...each })),
    ...checkPolicy(kind, node, context),
  ];
}

function checkPolicy(kind: NodeKind, { id: nodeId, data }: GraphNode, context: CheckContext): GraphProblem[] {
  const problems: GraphProblem[] = [];
  const { onError = 'fail', outputSchema, retry }: NodeData = data;
  const place = (path: string): { nodeId: string; path: string } => ({ nodeId, path: `data.${path}` });
  const wrongSchema = outputSchema && context.schemas.checkSchema(outputSchema);
  if (wrongSchema) problems.push(problem('invalid_schema', wrongSchema, place('outputSchema')));

  if (onError === 'default') {
    if (data.default === undefined)
      problems.push(
        problem('invalid_shape', 'Say with `default` what the output is then.', place('default')),
      );
    else if (outputSchema && !wrongSchema)
      for (const { path, message } of context.schemas.check(outputSchema, data.default))
        problems.push(
          problem('invalid_default', message, place(path === '' ? 'default' : `default.${path}`)),
        );
    if (!kind.handles(data as never).includes(defaultHandle))
      problems.push(
        problem(
          'unknown_handle',
          `A "${kind.kind}" has no way out \`${defaultHandle}\` to go on at: use onError \`branch\`.`,
          place('onError'),
        ),
      );
  } else if (data.default !== undefined)
    problems.push(warning('unused_value', '`default` counts with onError `default` only.', place('default')));
  if (onError === 'branch' && !context.outgoing.has(errorHandle))
    problems.push(problem('error_without_branch', `Draw an edge from \`${errorHandle}\`.`, place('onError')));
  if (retry && !kind.retries)
    problems.push(
      warning('unused_value', `A "${kind.kind}" does nothing that could be attempted again.`, place('retry')),
    );
  return problems;
}
