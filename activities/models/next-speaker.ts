import { readJson } from './answer-text';
import { ModelError } from './model-error';
import type { ModelRequest } from './model-provider';

/** What the router answers when nobody needs to speak. */
export const nobody = 'NONE';

/** The router answers with a name, so its answer is short. */
export const routeTokens = 100;

/** Asks for one of these names. */
export const speakerOutput = (names: readonly string[]): NonNullable<ModelRequest['output']> => ({
  name: 'next_speaker',
  schema: {
    type: 'object',
    properties: { speaker: { type: 'string', enum: names } },
    required: ['speaker'],
    additionalProperties: false,
  },
});

/**
 * The name that the router answered.
 * @throws ModelError when it is none of those.
 */
export function readSpeaker(raw: string, names: readonly string[]): string {
  const answer = readJson(raw);
  const speaker =
    typeof answer === 'object' && answer !== null && 'speaker' in answer ? answer.speaker : undefined;
  if (typeof speaker !== 'string' || !names.includes(speaker)) throw new ModelError('model_malformed');
  return speaker;
}
