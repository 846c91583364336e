import { graphLimits } from '../../contracts/graph/document';
import { boundedCache } from './bounded-cache';
import { ExpressionError } from './expression-error';
import { evaluateExpression } from './program';
import type { CelValue } from './values';

/** Longest text that a template may give, in characters. */
const maxTextChars = 1_000_000;

export type TemplatePart = { text: string } | { expression: string; at: number };

/**
 * Text and `{{ expression }}`, in order.
 * @throws ExpressionError when the template is too long or an expression is not closed.
 */
export const parseTemplate = boundedCache(500, (template: string): TemplatePart[] => {
  if (template.length > graphLimits.templateChars)
    throw new ExpressionError(
      'invalid',
      `The template is longer than ${graphLimits.templateChars} characters.`,
    );
  const parts: TemplatePart[] = [];
  let at = 0;
  for (;;) {
    const open = template.indexOf('{{', at);
    if (open === -1) break;
    if (open > at) parts.push({ text: template.slice(at, open) });
    const close = findClose(template, open + 2);
    if (close === -1) throw new ExpressionError('invalid', 'A {{ has no }} that closes it.', open);
    parts.push({ expression: template.slice(open + 2, close).trim(), at: open + 2 });
    at = close + 2;
  }
  if (at < template.length) parts.push({ text: template.slice(at) });
  return parts;
});

/** Where the `}}` stands that is neither in a text literal nor closes a map. */
function findClose(template: string, from: number): number {
  let quote = '';
  let open = 0;
  for (let at = from; at < template.length; at += 1) {
    const char = template.charAt(at);
    if (quote !== '') {
      if (char === '\\') at += 1;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '{') open += 1;
    else if (char === '}' && open > 0) open -= 1;
    else if (template.startsWith('}}', at)) return at;
  }
  return -1;
}

/**
 * A template with its expressions filled in: texts as they are, other values as JSON.
 * @throws ExpressionError
 */
export function renderTemplate(template: string, variables: Record<string, CelValue>): string {
  let text = '';
  for (const part of parseTemplate(template)) {
    text += 'text' in part ? part.text : shown(part.expression, variables);
    if (text.length > maxTextChars)
      throw new ExpressionError('failed', `The text is longer than ${maxTextChars} characters.`);
  }
  return text;
}

function shown(expression: string, variables: Record<string, CelValue>): string {
  const value = evaluateExpression(expression, variables);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
