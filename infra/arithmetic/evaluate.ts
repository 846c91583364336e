/** Most signs, powers and parentheses within each other. */
const deepest = 200;

/**
 * Works out an expression of numbers, `+ - * / % ^` and parentheses; it can do nothing else. Undefined for what is no
 * expression; an expression without a finite value has `value: undefined`.
 */
export function evaluate(expression: string): { value: number | undefined } | undefined {
  const tokens = expression.match(/\d+(?:\.\d+)?|\.\d+|[-+*/^%()]|\S/g) ?? [];
  let at = 0;

  const takeAny = (operators: string): string | undefined => {
    const token = tokens[at];
    if (token === undefined || !operators.includes(token)) return undefined;
    at += 1;
    return token;
  };

  const sum = (depth: number): number => {
    let value = product(depth);
    for (let operator = takeAny('+-'); operator; operator = takeAny('+-')) {
      const right = product(depth);
      value = operator === '+' ? value + right : value - right;
    }
    return value;
  };

  const product = (depth: number): number => {
    let value = signed(depth);
    for (let operator = takeAny('*/%'); operator; operator = takeAny('*/%')) {
      const right = signed(depth);
      value = operator === '*' ? value * right : operator === '/' ? value / right : value % right;
    }
    return value;
  };

  const signed = (depth: number): number => {
    if (depth > deepest) throw new NotAnExpression();
    if (takeAny('-')) return -signed(depth + 1);
    return takeAny('+') ? signed(depth + 1) : power(depth);
  };

  // Right associative, and stronger than the sign before it: -2^2 is -4.
  const power = (depth: number): number => {
    const base = primary(depth);
    return takeAny('^') ? base ** signed(depth + 1) : base;
  };

  const primary = (depth: number): number => {
    if (takeAny('(')) {
      const value = sum(depth + 1);
      if (!takeAny(')')) throw new NotAnExpression();
      return value;
    }
    const token = tokens[at];
    if (token === undefined || !/^[\d.]/.test(token)) throw new NotAnExpression();
    at += 1;
    return Number(token);
  };

  try {
    const value = sum(0);
    if (at < tokens.length) return undefined;
    return { value: Number.isFinite(value) ? value : undefined };
  } catch (error) {
    if (error instanceof NotAnExpression) return undefined;
    throw error;
  }
}

class NotAnExpression extends Error {}
