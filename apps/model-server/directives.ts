import { ApiError } from './api-error';

/** What a test or a demo asks of the model in double brackets, in the last user message of a request. */
export interface Directives {
  reply: string | undefined;
  tokens: number | undefined;
  complete: boolean;
  mentions: string[];
  /** As written, without brackets: `429 retry-after=2 times=1`. */
  faults: string[];
}

export const mostTokens = 50_000;

const pattern = /\[\[(reply|tokens|complete|mention|fault)(?::\s*([\s\S]*?))?\s*\]\]/g;

/** Other double brackets, wiki links for instance, are ordinary text. */
export function readDirectives(text: string): Directives {
  const found: Directives = {
    reply: undefined,
    tokens: undefined,
    complete: false,
    mentions: [],
    faults: [],
  };
  if (!text.includes('[[')) return found;
  for (const [, kind, value = ''] of text.matchAll(pattern)) {
    if (kind === 'reply') found.reply = value;
    else if (kind === 'tokens') found.tokens = tokenCount(value);
    else if (kind === 'complete') found.complete = true;
    else if (kind === 'mention') found.mentions.push(value);
    else found.faults.push(value);
  }
  return found;
}

export function stripDirectives(text: string): string {
  return text.includes('[[') ? text.replace(pattern, ' ').trim() : text;
}

function tokenCount(value: string): number {
  const count = Number(value);
  if (Number.isInteger(count) && count > 0 && count <= mostTokens) return count;
  throw new ApiError(400, `[[tokens: N]] takes a whole number from 1 to ${mostTokens}, not "${value}".`, {
    code: 'invalid_directive',
  });
}
