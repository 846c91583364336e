import { evaluate } from '../../infra/arithmetic/evaluate';

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
