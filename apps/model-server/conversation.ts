import { stripDirectives } from './directives';
import type { Prompt } from './prompt';

/** One message of a conversation as the replies see it: who said it, without directives and mentions. */
export interface Line {
  /** Undefined where the message names nobody. */
  speaker: string | undefined;
  text: string;
  /** Said by the agent that is answering now. */
  own: boolean;
  /** Said by this model, for this agent or another: people do not write its tag. */
  byModel: boolean;
}

export const modelTag = '(offline demo model)';

const named = /^([^\s:][^:\n]{0,39}):\s+([\s\S]*)$/;

/** Longer prompts are read from here to their end: what went before does not change a reply. */
const turnsRead = 24;

/** People and other agents speak in user messages of the form `Name: text`. */
export function readConversation(prompt: Prompt): Line[] {
  return prompt.turns
    .slice(-turnsRead)
    .filter((turn) => turn.role !== 'tool')
    .map((turn) => {
      const own = turn.role === 'assistant';
      const match = own ? null : named.exec(turn.text);
      return {
        speaker: match?.[1],
        text: clean(match?.[2] ?? turn.text),
        own,
        byModel: own || turn.text.includes(modelTag),
      };
    })
    .filter((line) => line.text !== '');
}

/**
 * A message fit to be quoted: without directives, without `@` (a quotation must not address anybody), without the words
 * that end a turn and without this model's own tag.
 */
function clean(text: string): string {
  return stripDirectives(text)
    .replaceAll(modelTag, '')
    .replace(/\bTASK_COMPLETE\b/g, '')
    .replaceAll('@', '')
    .replace(/\s{2,}|[^\S ]/g, ' ')
    .trim();
}

/** `Name` of every transcript line, with its text; several messages may stand in one turn, each on a line of its own. */
export function readTranscript(prompt: Prompt): { speaker: string; text: string }[] {
  const lines: { speaker: string; text: string }[] = [];
  for (const line of prompt.turns.flatMap((turn) => turn.text.split('\n'))) {
    const match = named.exec(line);
    if (match?.[1] !== undefined) lines.push({ speaker: match[1], text: match[2] ?? '' });
  }
  return lines;
}
