import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { ExpressionError } from './expression-error';
import { asMacro, childrenOf } from './syntax';

/** A step is a part of the expression evaluated once, and about eight characters or items that it goes through. */
const maxSteps = 1_000_000;
/** Longest text to search for, in characters: searching takes up to this many looks at each character. */
const maxNeedle = 1000;

interface Evaluator {
  run(node: ASTNode, context: unknown): unknown;
}

interface Evaluated {
  evaluate(evaluator: Evaluator, node: ASTNode, context: unknown): unknown;
}

/** Bounds how long an expression can hold up the worker. */
export interface Budget {
  /** Notes what is costly in an expression. Call it once, before its first evaluation. */
  prepare(root: ASTNode): void;
  /** Starts the count anew. Call it before each evaluation. */
  reset(): void;
}

/**
 * The library has no limit of its own, but evaluates the parts of an expression through one method: it is replaced here
 * by one that counts, and that fails with an ExpressionError.
 */
export function limitSteps(environment: Environment): Budget {
  const evaluator = evaluatorOf(environment);
  /** Parts whose value is gone through by what they are part of. */
  const consumed = new WeakMap<ASTNode, (value: unknown) => number>();
  /** Parts that are searched for in a text. */
  const needles = new WeakSet<ASTNode>();
  let left = maxSteps;

  evaluator.run = (node, context) => {
    const value = (node as unknown as Evaluated).evaluate(evaluator, node, context);
    left -= 1 + (consumed.get(node)?.(value) ?? 0);
    if (left < 0) throw new ExpressionError('failed', 'The expression takes too long with these values.');
    if (typeof value === 'string' && value.length > maxNeedle && needles.has(node))
      throw new ExpressionError('failed', `The text to search for is longer than ${maxNeedle} characters.`);
    return value;
  };

  return {
    prepare: function prepare(node) {
      const children = childrenOf(node);
      const macro = asMacro(node);
      const cost = node.op === '==' || node.op === '!=' || node.op === 'in' ? deepWeight : weight;
      if (!macro) for (const child of children) consumed.set(child, cost);
      if (!macro && node.op === 'rcall' && node.args[2][0]) needles.add(node.args[2][0]);
      for (const child of children) prepare(child);
    },
    reset: () => {
      left = maxSteps;
    },
  };
}

function weight(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length >> 3;
  return value instanceof Map ? value.size >> 3 : 0;
}

const known = new WeakMap<object, number>();

function deepWeight(value: unknown): number {
  if (typeof value !== 'object' || value === null) return weight(value);
  const before = known.get(value);
  if (before !== undefined) return before;
  const items = Array.isArray(value)
    ? value
    : value instanceof Map
      ? [...value.values()]
      : Object.values(value);
  const sum = items.reduce((total: number, item) => total + deepWeight(item), items.length);
  known.set(value, sum);
  return sum;
}

function evaluatorOf(environment: Environment): Evaluator {
  const callers: Evaluator[] = [];
  environment.registerFunction(
    'evaluatorOf(): bool',
    function (this: Evaluator) {
      callers.push(this);
      return true;
    },
    { async: false },
  );
  environment.evaluate('evaluatorOf()');
  const [evaluator] = callers;
  if (!evaluator) throw new Error('cel-js has changed: it no longer calls functions with its evaluator');
  return evaluator;
}
