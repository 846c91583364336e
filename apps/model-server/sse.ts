import type { ServerResponse } from 'node:http';
import { pause } from './pause';
import { splitWords } from './tokens';

/** A streamed answer, already in server-sent events. */
export interface SseScript {
  /** Comes before the first token. */
  head: string;
  /** One entry a token, or a few tokens; the delay is waited before each. */
  tokens: string[];
  /** Ends the stream. */
  tail: string;
}

export type Ending = 'whole' | 'malformed' | 'cut-off';

/** Words to an event when tokens are not delayed: fewer events cost less and nobody sees the difference. */
const wordsPerEvent = 4;

export function splitForStream(text: string, tokenDelayMs: number): string[] {
  const words = splitWords(text);
  if (tokenDelayMs > 0) return words;
  const pieces: string[] = [];
  for (let at = 0; at < words.length; at += wordsPerEvent)
    pieces.push(words.slice(at, at + wordsPerEvent).join(''));
  return pieces;
}

export const sseEvent = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

/**
 * Writes a streamed answer. Without a delay it leaves in one write. A spoilt ending comes after half of the tokens, one at
 * least: `malformed` is an event of broken JSON, `cut-off` a dropped connection.
 */
export async function streamAnswer(
  response: ServerResponse,
  script: SseScript,
  { tokenDelayMs, ending }: { tokenDelayMs: number; ending: Ending },
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  const half = Math.max(1, Math.floor(script.tokens.length / 2));
  const tokens = ending === 'whole' ? script.tokens : script.tokens.slice(0, half);

  let unsent = script.head;
  for (const token of tokens) {
    if (tokenDelayMs > 0) {
      if (unsent !== '') response.write(unsent);
      unsent = '';
      await pause(response, tokenDelayMs);
      if (response.closed) return;
    }
    unsent += token;
  }
  if (ending === 'whole') response.end(unsent + script.tail);
  else if (ending === 'malformed') response.end(`${unsent}data: {"id":"broken","choices":[{"delta":\n\n`);
  else response.write(unsent, () => response.destroy());
}
