import type { Prompt } from './prompt';

/** What a message costs on top of its text. */
const perMessage = 4;
/** Letters or digits to a token. */
const pieceLength = 6;

/**
 * Approximate tokens of a text: one for every six letters or digits of a word or part of it, one for every other
 * visible character. English prose comes out within about a third of what OpenAI's tokenisers count.
 */
export function countTokens(text: string): number {
  let tokens = 0;
  let inWord = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const isWord =
      (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code > 127;
    if (isWord) {
      if (inWord % pieceLength === 0) tokens += 1;
      inWord += 1;
    } else {
      inWord = 0;
      if (code > 32) tokens += 1;
    }
  }
  return tokens;
}

export function countPromptTokens(prompt: Prompt): number {
  let tokens = prompt.system === '' ? 0 : countTokens(prompt.system) + perMessage;
  for (const turn of prompt.turns) tokens += countTokens(turn.text) + perMessage;
  if (prompt.tools.length > 0) tokens += countTokens(JSON.stringify(prompt.tools));
  return tokens;
}

/** A text in words with their leading white space; joined again they are the text. */
export function splitWords(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

/** The longest beginning of a text, in whole words, that costs no more than `limit` tokens. */
export function cutToTokens(text: string, limit: number): string {
  let used = 0;
  const kept: string[] = [];
  for (const word of splitWords(text)) {
    used += countTokens(word);
    if (used > limit) break;
    kept.push(word);
  }
  return kept.join('');
}
