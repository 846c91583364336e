export interface Sum {
  /** As it was understood, with ordinary operators. */
  expression: string;
  /** Undefined where the sum has no finite value, for example a division by zero. */
  value: number | undefined;
}

const longest = 200;

const words: [RegExp, string][] = [
  [/(\d),(?=\d{3}\b)/g, '$1'],
  [/(\d)\s*(?:%|per ?cent) of\s+/gi, '$1 / 100 * '],
  [/\bplus\b/gi, '+'],
  [/\bminus\b/gi, '-'],
  [/\b(?:multiplied by|times)\b/gi, '*'],
  [/\bdivided by\b/gi, '/'],
  [/\bto the power of\b/gi, '^'],
  [/\bsquared\b/gi, '^ 2'],
  [/(\d)\s*[x×·]\s*(?=[\d(])/g, '$1 * '],
  [/÷/g, '/'],
  [/−/g, '-'],
  [/\*\*/g, '^'],
];

const asking =
  /\b(?:what(?: is|'s|’s| are)|what do (?:you|we|i) get for|how much (?:is|are)|calculate|compute|evaluate|solve|work out)(?: the (?:sum|result|value) of)?\s*:?\s*$/i;
const candidate = /[-(]{0,20}\d[\d\s.()+\-*/^%]*/g;
const isoDate = /^\d{4}-\d\d?-\d\d?\b/;

/**
 * The first sum that a text asks for, worked out. A text that merely contains figures asks for nothing: words such as
 * "what is" or "calculate" must stand right before the sum, or it must stand alone, at most with a name before it.
 */
export function findSum(text: string): Sum | undefined {
  const plain = words.reduce((rest, [from, to]) => rest.replace(from, to), text.trim());
  for (const match of plain.matchAll(candidate)) {
    const expression = match[0].replace(/[\s.+\-*/^(]+$/, '').replace(/\s+/g, ' ');
    if (expression.length > longest || !/[\d)] ?[-+*/^%]/.test(expression) || isoDate.test(expression))
      continue;
    if (!isAsked(plain.slice(0, match.index), plain.slice(match.index + match[0].length))) continue;
    const parsed = evaluate(expression);
    if (parsed) return { expression, value: parsed.value };
  }
  return undefined;
}

function isAsked(before: string, after: string): boolean {
  const sentence = before.split(/[.!?\n]/).at(-1) ?? '';
  return asking.test(sentence) || (sentence.split(/\s+/).length <= 2 && /^\s*=?\s*\??\s*$/.test(after));
}

export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(12)));
}

/** Undefined for what is no expression; an expression without a finite value has `value: undefined`. */
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
    if (depth > longest) throw new NotAnExpression();
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
