import { graphLimits, type JsonSchema } from '../../contracts/graph/document';
import type { ProblemCode } from '../../contracts/graph/problems';
import type { ExpressionType } from '../node-kind';
import { boundedCache } from './bounded-cache';
import { createEnvironment } from './environment';
import { ExpressionError } from './expression-error';
import { asExpressionError, parseExpression } from './program';
import { findReferences, type Reference } from './references';
import { knownType, partOf, registerTypeVariables, typeVariable } from './schema-types';
import { replaceTimestamps, variableNames, type VariableName } from './syntax';
import { parseTemplate } from './template';

/** What an expression can see. */
export interface ExpressionScope {
  /** Schemas of the variables besides `nodes`; those that are missing are not known here. */
  variables: Partial<Record<VariableName, JsonSchema>>;
  /** Schema of a node's output, or why it cannot be used here. */
  node(id: string): { schema: JsonSchema } | { unusable: string };
  /** Whether the node surely has an output when the expression is evaluated. */
  isCertain(id: string): boolean;
}

export interface ExpressionProblem {
  code: ProblemCode;
  message: string;
}

/**
 * Everything that can be known to be wrong with an expression before it is evaluated.
 * @param type what its value must be.
 */
export function checkExpression(
  source: string,
  type: ExpressionType | undefined,
  scope: ExpressionScope,
): ExpressionProblem[] {
  if (source.length > graphLimits.expressionChars)
    return [
      {
        code: 'expression_too_long',
        message: `The expression has ${source.length} characters; at most ${graphLimits.expressionChars} are allowed.`,
      },
    ];
  try {
    const references = readReferences(source);
    const checked = references.map((reference) => ({ reference, ...checkReference(reference, scope) }));
    const problems = checked.flatMap(({ problem }) => problem ?? []);
    if (problems.length > 0) return distinct(problems);
    const wrong = checkTypes(source, type, checked);
    return wrong ? [wrong] : [];
  } catch (error) {
    return [asProblem(error)];
  }
}

/** The same for text with expressions in it. */
export function checkTemplate(source: string, scope: ExpressionScope): ExpressionProblem[] {
  if (source.length > graphLimits.templateChars)
    return [
      {
        code: 'expression_too_long',
        message: `The template has ${source.length} characters; at most ${graphLimits.templateChars} are allowed.`,
      },
    ];
  try {
    const problems = parseTemplate(source).flatMap((part) =>
      'text' in part ? [] : checkExpression(part.expression, undefined, scope),
    );
    return distinct(problems);
  } catch (error) {
    return [asProblem(error)];
  }
}

const readReferences = boundedCache(5000, (source) => findReferences(parseExpression(source).ast));

interface CheckedReference {
  problem?: ExpressionProblem;
  /** Of the value; undefined: anything. */
  schema?: JsonSchema;
}

function checkReference({ root, steps, guards, asks }: Reference, scope: ExpressionScope): CheckedReference {
  // An item of a list, of whose type the check of types knows more.
  if (typeof root === 'object') return {};
  if (root !== 'nodes') {
    const schema = scope.variables[root];
    return schema
      ? follow(root, schema, steps, asks)
      : { problem: { code: 'unknown_reference', message: `\`${root}\` is not known here.` } };
  }
  const [id, ...rest] = steps;
  if (typeof id !== 'string')
    return {
      problem: {
        code: 'forbidden_expression',
        message: 'Name the node whose output you mean: `nodes.id`, or `nodes["id"]`.',
      },
    };
  const node = scope.node(id);
  if ('unusable' in node) return { problem: { code: 'unknown_reference', message: node.unusable } };
  const asksForNode = asks && rest.length === 0;
  if (!asksForNode && !guards.has(id) && !scope.isCertain(id))
    return {
      problem: {
        code: 'uncertain_reference',
        message: `The node "${id}" may have no output here. Ask first: ${questionFor(id)} && …, or ${questionFor(id)} ? … : ….`,
      },
    };
  return asksForNode ? {} : follow(`nodes.${id}`, node.schema, rest, asks);
}

const questionFor = (id: string): string =>
  /^[A-Za-z_]\w*$/.test(id) ? `has(nodes.${id})` : `"${id}" in nodes`;

function follow(
  name: string,
  schema: JsonSchema,
  steps: Reference['steps'],
  asks: boolean,
): CheckedReference {
  let at = schema;
  for (const [depth, step] of steps.entries()) {
    const part = partOf(at, step);
    if (part === 'missing' && asks && depth === steps.length - 1) return {};
    if (part === 'missing' || part === 'not inside') {
      const path = [
        name,
        ...steps.slice(0, depth).map((each) => (typeof each === 'string' ? each : '[]')),
      ].join('.');
      return {
        problem:
          part === 'missing'
            ? {
                code: 'unknown_reference',
                message: `\`${path}\` has no "${String(step)}". It has: ${Object.keys(at.properties ?? {}).join(', ') || 'nothing'}.`,
              }
            : {
                code: 'type_mismatch',
                message: `\`${path}\` is of type ${JSON.stringify(at.type)}, which has no ${typeof step === 'string' ? `"${step}"` : 'items'}.`,
              },
      };
    }
    at = part;
  }
  return { schema: at };
}

// ---- Types: each reference whose type is known is replaced by a variable of that type, and the result is checked.

const environment = createEnvironment();
for (const name of variableNames) environment.registerVariable(name, 'dyn');
registerTypeVariables(environment);

const typeOfSource = boundedCache(10_000, (source): { type: string } | { problem: ExpressionProblem } => {
  const parsed = environment.parse(source);
  replaceTimestamps(parsed.ast);
  const { valid, type = 'dyn', error } = parsed.check();
  return valid ? { type } : { problem: asProblem(asExpressionError(error, 'type')) };
});

function checkTypes(
  source: string,
  expected: ExpressionType | undefined,
  references: TypedReference[],
): ExpressionProblem | undefined {
  const untyped = typeOfSource(source);
  if ('problem' in untyped) return untyped.problem;
  const outcomes = (['int', 'double'] as const).map((number) => {
    const outcome = typeOfSource(withTypes(source, references, number));
    if ('problem' in outcome) return isMixedTernary(outcome.problem) ? undefined : outcome.problem;
    return expected === undefined || isOfType(outcome.type, expected)
      ? undefined
      : {
          code: 'type_mismatch' as const,
          message: `A ${typeNames[expected]} is needed, but this gives ${nameOfType(outcome.type)}.`,
        };
  });
  // A number may be whole or not: it is enough if one of them works.
  return outcomes.includes(undefined) ? undefined : outcomes[0];
}

interface TypedReference {
  reference: Reference;
  schema?: JsonSchema;
}

/** `has(nodes.a) ? nodes.a.count : null` works: only literals need the same type, which the check without types finds. */
const isMixedTernary = ({ message }: ExpressionProblem): boolean =>
  message.startsWith('Ternary branches must have the same type');

function withTypes(source: string, references: TypedReference[], number: 'int' | 'double'): string {
  let text = '';
  let from = 0;
  for (const { reference, schema } of references) {
    const { start, end, asks } = reference;
    const type = asks ? 'bool' : schema && knownType(schema);
    if (type === undefined || start < from || !isBalanced(source.slice(start, end))) continue;
    text += source.slice(from, start) + typeVariable(type, number);
    from = end;
  }
  return text + source.slice(from);
}

/** `(input.a).b` begins within the parenthesis, as the library sees it. */
function isBalanced(text: string): boolean {
  const count = (char: string): number => text.split(char).length;
  return count('(') === count(')');
}

const typeNames: Record<ExpressionType, string> = {
  bool: 'condition (true or false)',
  list: 'list',
  map: 'map',
  string: 'text',
  number: 'number',
  timestamp: 'timestamp, or ISO 8601 as text,',
};

const fitting: Record<ExpressionType, RegExp> = {
  bool: /^bool$/,
  list: /^list/,
  map: /^map/,
  string: /^string$/,
  number: /^(int|double)$/,
  timestamp: /^(Timestamp|string)$/,
};

const isOfType = (type: string, expected: ExpressionType): boolean =>
  type.startsWith('dyn') || fitting[expected].test(type);

const nameOfType = (type: string): string => type.replace('google.protobuf.', '');

function asProblem(error: unknown): ExpressionProblem {
  if (!(error instanceof ExpressionError)) throw error;
  const where = error.at === undefined ? '' : ` (at character ${error.at + 1})`;
  const codes = {
    invalid: 'invalid_expression',
    forbidden: 'forbidden_expression',
    type: 'type_mismatch',
    failed: 'invalid_expression',
  } as const;
  return { code: codes[error.kind], message: `${error.message}${error.kind === 'type' ? '' : where}` };
}

const distinct = (problems: ExpressionProblem[]): ExpressionProblem[] => [
  ...new Map(problems.map((problem) => [`${problem.code} ${problem.message}`, problem])).values(),
];
