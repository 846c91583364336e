import type { Prompt, PromptTurn } from '../../../apps/model-server/prompt';

/** A prompt of user messages, or of whole turns, with everything else at its default. */
export function promptOf(turns: (string | PromptTurn)[], rest: Partial<Prompt> = {}): Prompt {
  return {
    model: 'offline-demo',
    system: '',
    turns: turns.map((turn) => (typeof turn === 'string' ? { role: 'user', text: turn } : turn)),
    tools: [],
    toolChoice: { mode: 'auto' },
    parallelTools: true,
    format: { type: 'text' },
    maxTokens: undefined,
    ...rest,
  };
}
