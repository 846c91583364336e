import { modelTag } from '../conversation';
import type { Prompt, PromptTurn } from '../prompt';

const longestResult = 600;

/** An answer made of the tool results that end the prompt. */
export function replyFromTools(prompt: Prompt): string {
  const firstResult = prompt.turns.findLastIndex((turn) => turn.role !== 'tool') + 1;
  const sentences = prompt.turns.slice(firstResult).map(resultSentence);
  return `${sentences.join(' ')} ${modelTag}`;
}

function resultSentence({ toolName, text }: PromptTurn): string {
  const result = readable(text);
  const source = toolName === undefined ? 'The tool' : `The tool ${toolName}`;
  return result === ''
    ? `${source} answered nothing.`
    : `${source} answers: ${result}${/[.!?]$/.test(result) ? '' : '.'}`;
}

/** A flat JSON object as `name: value` pairs; any other result as it is, shortened. */
function readable(text: string): string {
  const result = text.trim();
  const shown = result.startsWith('{') ? (pairsOf(result) ?? result) : result;
  return shown.length > longestResult ? `${shown.slice(0, longestResult)}…` : shown;
}

function pairsOf(json: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return undefined;
  }
  const entries = Object.entries(parsed as Record<string, unknown>);
  const shown = entries.map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return shown.join(', ');
}
