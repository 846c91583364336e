import type { Answer, Prompt } from './prompt';
import type { SseScript } from './sse';

/** A request for a completion, read from the JSON of one endpoint, and how that endpoint writes the answer. */
export interface CompletionCall {
  prompt: Prompt;
  stream: boolean;
  toJson(answer: Answer, rendering: Rendering): unknown;
  toScript(answer: Answer, rendering: Rendering): SseScript;
}

export interface Rendering {
  /** Hash of the request, so that equal requests get equal ids. */
  id: string;
  /** Seconds since 1970. */
  created: number;
  /** As the request names it. */
  model: string;
  tokenDelayMs: number;
}
