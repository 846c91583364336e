import { ParseError, type ASTNode } from '@marcbachmann/cel-js';
import { graphLimits, type Json } from '../../contracts/graph/document';
import { boundedCache } from './bounded-cache';
import { limitSteps } from './budget';
import { createEnvironment } from './environment';
import { ExpressionError } from './expression-error';
import { checkSyntax, replaceTimestamps, variableNames } from './syntax';
import { timestampFunction } from './timestamp';
import { fromCel, type CelValue } from './values';

/** An expression that has been read and found allowed. */
export interface Program {
  readonly ast: ASTNode;
  /** @throws ExpressionError */
  run(variables: Record<string, CelValue>): unknown;
}

const environment = createEnvironment();
for (const name of variableNames) environment.registerVariable(name, 'dyn');
const budget = limitSteps(environment);

/** Kinds put expressions of users together, two at most. */
const maxChars = 2 * graphLimits.expressionChars + 100;

/** @throws ExpressionError when it is too long, not CEL, or uses something that is not allowed. */
export const parseExpression = boundedCache(1000, (source: string): Program => {
  if (source.length > maxChars)
    throw new ExpressionError('invalid', `The expression is longer than ${maxChars} characters.`);
  try {
    const evaluate = environment.parse(source);
    checkSyntax(evaluate.ast);
    replaceTimestamps(evaluate.ast);
    budget.prepare(evaluate.ast);
    return {
      ast: evaluate.ast,
      run: (variables) => {
        budget.reset();
        return evaluate(variables) as unknown;
      },
    };
  } catch (error) {
    throw asExpressionError(error, 'invalid');
  }
});

/**
 * The value of an expression.
 * @throws ExpressionError when it cannot be read, does not work with these values, takes too long, or gives what is no JSON.
 */
export function evaluateExpression(source: string, variables: Record<string, CelValue>): Json {
  const program = parseExpression(source);
  try {
    return fromCel(program.run(variables));
  } catch (error) {
    throw asExpressionError(error, 'failed');
  }
}

/** What the library throws has more than one class, and says more than people need: a drawing of the source. */
export function asExpressionError(error: unknown, kind: 'invalid' | 'type' | 'failed'): ExpressionError {
  if (error instanceof ExpressionError) return error;
  const { summary, range } = error as Partial<ParseError>;
  if (summary === undefined) {
    const message = error instanceof Error ? error.message : 'Unknown failure';
    return new ExpressionError(kind, message);
  }
  const message = summary.replaceAll(timestampFunction, 'timestamp').replace(/\bdyn<([^<>]+)>/g, '$1');
  return new ExpressionError(error instanceof ParseError ? 'invalid' : kind, message, range?.start);
}
